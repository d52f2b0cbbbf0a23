// SPDX-License-Identifier: BSL-1.0
// Fills settings from YAML.
#include "settings_reader.hpp"

#include "hex.hpp"
#include "settings_text.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace common {

namespace {

std::string joined(std::vector<std::string> const& lines)
{
    auto text = std::string{};
    for (auto const& line : lines) text.append(text.empty() ? "" : "\n").append(line);
    return text;
}

} // namespace

config_error::config_error(std::vector<std::string> problems)
    : std::runtime_error{joined(problems)}, problems_{std::move(problems)}
{
}

void violations::add(std::string const& path, std::string const& message)
{
    auto around = path;
    while (!around.empty() && !places_.contains(around)) {
        auto const cut = around.find_last_of(".[");
        around.resize(cut == std::string::npos ? 0 : cut);
    }
    auto const place = places_.find(around);
    add(path, place == places_.end() ? YAML::Mark{} : place->second, message);
}

void violations::add(std::string const& path, YAML::Mark mark, std::string const& message)
{
    auto const line = mark.is_null() ? 1 : mark.line + 1;
    auto const column = mark.is_null() ? 1 : mark.column + 1;
    auto text = file_ + ':' + std::to_string(line) + ':' + std::to_string(column) + ": ";
    if (!path.empty()) text.append(path).append(": ");
    found_.emplace(std::pair{line, column}, text.append(message));
}

std::vector<std::string> violations::lines() const
{
    auto result = std::vector<std::string>{};
    for (auto const& [place, text] : found_) result.push_back(text);
    return result;
}

namespace {

std::string range_text(number_range range)
{
    return "a whole number from " + std::to_string(range.least) + " to "
        + std::to_string(range.most);
}

std::string names_text(std::span<std::string_view const> names)
{
    auto text = std::string{"one of"};
    for (auto const name : names) text.append(text.size() > 6 ? ", " : " ").append(name);
    return text;
}

bool contains(number_range range, std::uint64_t value)
{
    return range.least <= value && value <= range.most;
}

std::optional<std::uint64_t> number_in(YAML::Node const& node, number_range range)
{
    auto const number = parse_number(node.IsScalar() ? node.Scalar() : std::string{});
    return number && contains(range, *number) ? number : std::nullopt;
}

constexpr auto address_text = "0x and 40 hexadecimal digits, in quotes";

} // namespace

field_reader::field_reader(YAML::Node root, violations& problems) : problems_{problems}
{
    enter(root, "");
}

void field_reader::enter(YAML::Node node, std::string path)
{
    auto const readable = node.IsDefined() && node.IsMap();
    if (node.IsDefined() && !readable)
        problems_.add(path, node.Mark(), "expected settings, each as 'name: value'");
    if (node.IsDefined()) problems_.set_place(path, node.Mark());
    frames_.push_back({node, std::move(path), readable});
}

void field_reader::leave()
{
    if (frames_.back().readable) check_keys(frames_.back());
    frames_.pop_back();
}

void field_reader::check_keys(frame const& mapping)
{
    auto seen = std::set<std::string>{};
    for (auto const& entry : mapping.node) {
        auto const name = entry.first.IsScalar() ? entry.first.Scalar() : std::string{"?"};
        auto const path = mapping.path.empty() ? name : mapping.path + '.' + name;
        if (!mapping.known.contains(name))
            problems_.add(path, entry.first.Mark(), "unknown setting");
        else if (!seen.insert(name).second)
            problems_.add(path, entry.first.Mark(), "set more than once");
    }
}

std::string field_reader::path_of(std::string_view name) const
{
    auto const& path = frames_.back().path;
    return path.empty() ? std::string{name} : path + '.' + std::string{name};
}

YAML::Node field_reader::child(std::string_view name, presence needed)
{
    auto& mapping = frames_.back();
    mapping.known.emplace(name);
    if (!mapping.readable) return YAML::Node{YAML::NodeType::Undefined};
    auto const& fields = mapping.node; // looking up in a mutable node would create the key
    auto const value = fields[std::string{name}];
    if (value.IsDefined())
        problems_.set_place(path_of(name), value.Mark());
    else if (needed == presence::required)
        problems_.add(path_of(name), mapping.node.Mark(), "required, but missing");
    return value;
}

std::optional<std::string> field_reader::scalar(std::string_view name, presence needed)
{
    auto const value = child(name, needed);
    if (!value.IsDefined()) return std::nullopt;
    if (value.IsScalar()) return value.Scalar();
    problems_.add(path_of(name), value.Mark(), "expected a single value");
    return std::nullopt;
}

template <class Value>
void field_reader::store(
    std::string_view name, presence needed, std::optional<Value> (*parse)(std::string_view),
    Value& value, std::string const& expected)
{
    auto const text = scalar(name, needed);
    if (!text) return;
    if (auto parsed = parse(*text))
        value = *std::move(parsed);
    else
        problems_.add(path_of(name), "expected " + expected + ", not '" + *text + "'");
}

void field_reader::text(
    std::string_view name, std::string& value, presence needed, std::string_view)
{
    auto const given = scalar(name, needed);
    if (!given) return;
    if (given->empty()) problems_.add(path_of(name), "expected a text that is not empty");
    value = *given;
}

void field_reader::secret(std::string_view name, std::string& value, std::string_view)
{
    auto const given = scalar(name, presence::optional);
    if (!given) return;
    if (*given == masked_text)
        problems_.add(path_of(name), "expected the value itself, not the mask that hides it");
    value = *given;
}

void field_reader::number(
    std::string_view name, std::uint64_t& value, number_range range, presence needed,
    std::string_view)
{
    auto const given = scalar(name, needed);
    if (!given) return;
    auto const read = parse_number(*given);
    if (read && contains(range, *read))
        value = *read;
    else
        problems_.add(path_of(name), "expected " + range_text(range) + ", not '" + *given + "'");
}

void field_reader::maybe_number(
    std::string_view name, std::optional<std::uint64_t>& value, std::string_view)
{
    auto const given = scalar(name, presence::optional);
    if (!given) return;
    value = parse_number(*given);
    if (!value || !contains(number_range{}, *value))
        problems_.add(path_of(name), "expected " + range_text({}) + ", not '" + *given + "'");
}

void field_reader::numbers(
    std::string_view name, std::vector<std::uint64_t>& values, number_range range, presence needed,
    std::string_view)
{
    auto const node = child(name, needed);
    if (!node.IsDefined()) return;
    values.clear();
    if (!node.IsSequence()) return problems_.add(path_of(name), "expected a list of numbers");
    for (std::size_t i = 0; i < node.size(); ++i) {
        auto const path = item_path(path_of(name), i);
        problems_.set_place(path, node[i].Mark());
        values.push_back(number_in(node[i], range).value_or(range.least));
        if (!number_in(node[i], range)) problems_.add(path, "expected " + range_text(range));
    }
    if (values.empty() && needed == presence::required)
        problems_.add(path_of(name), "expected at least one");
}

void field_reader::size(std::string_view name, std::uint64_t& value, std::string_view)
{
    store(name, presence::optional, parse_size, value, "a size such as 64MiB");
}

void field_reader::duration(
    std::string_view name, std::chrono::nanoseconds& value, std::string_view)
{
    store(name, presence::optional, parse_duration, value, "a duration such as 200ms, 5s or 7d");
}

void field_reader::choice(
    std::string_view name, std::uint64_t& value, std::span<std::string_view const> names,
    std::string_view)
{
    auto const given = scalar(name, presence::optional);
    if (!given) return;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == *given) {
            value = i;
            return;
        }
    problems_.add(path_of(name), "expected " + names_text(names) + ", not '" + *given + "'");
}

void field_reader::address(std::string_view name, address20& value, std::string_view)
{
    store(name, presence::required, array_from_hex<20>, value, address_text);
}

void field_reader::maybe_address(
    std::string_view name, std::optional<address20>& value, std::string_view)
{
    auto const given = scalar(name, presence::optional);
    if (!given) return;
    value = array_from_hex<20>(*given);
    if (!value)
        problems_.add(
            path_of(name), std::string{"expected "} + address_text + ", not '" + *given + "'");
}

void field_reader::data(std::string_view name, bytes& value, std::string_view)
{
    store(name, presence::optional, bytes_from_hex, value, "0x and hexadecimal digits, in quotes");
}

void field_reader::begin_section(std::string_view name, std::string_view)
{
    enter(child(name, presence::optional), path_of(name));
}

std::size_t field_reader::begin_list(
    std::string_view name, std::size_t, presence needed, std::string_view)
{
    auto const node = child(name, needed);
    auto const path = path_of(name);
    auto const readable = node.IsDefined() && node.IsSequence();
    if (node.IsDefined() && !readable) problems_.add(path, "expected a list");
    if (readable && node.size() == 0 && needed == presence::required)
        problems_.add(path, "expected at least one");
    frames_.push_back({node, path, readable});
    return readable ? node.size() : 0;
}

void field_reader::begin_item(std::size_t index)
{
    auto const& list = frames_.back();
    enter(list.node[index], item_path(list.path, index));
}

std::string read_settings_file(std::string const& file)
{
    if (std::filesystem::is_directory(file)) throw config_error{{file + ": is a directory"}};
    auto in = std::ifstream{file, std::ios::binary};
    if (!in) throw config_error{{file + ": cannot be read"}};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
}

YAML::Node parse_settings_text(std::string const& text, std::string const& file)
{
    try {
        return YAML::Load(text);
    } catch (YAML::Exception const& fault) {
        auto problems = violations{file};
        problems.add("", fault.mark, "not YAML: " + fault.msg);
        throw config_error{problems.lines()};
    }
}

std::string item_path(std::string const& list, std::size_t index)
{
    return list + '[' + std::to_string(index) + ']';
}

void check_url(std::string const& url, std::string const& path, violations& problems)
{
    if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
        problems.add(path, "expected a URL that begins with http:// or https://");
}

void check_interval(std::chrono::nanoseconds time, std::string const& path, violations& problems)
{
    if (time < std::chrono::milliseconds{1}) problems.add(path, "expected at least 1ms");
}

} // namespace common
