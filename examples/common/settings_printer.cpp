// SPDX-License-Identifier: BSL-1.0
// The configuration as YAML with a comment on every value.
#include "settings_printer.hpp"

#include "hex.hpp"
#include "settings_text.hpp"

#include <ostream>
#include <utility>

namespace common {

namespace {

constexpr auto comment_column = std::size_t{44};

std::string quoted(std::string const& value)
{
    constexpr auto digits = std::string_view{"0123456789abcdef"};
    auto text = std::string{'"'};
    for (char const c : value) {
        auto const code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') text.push_back('\\');
        if (code >= 0x20 && code != 0x7f)
            text.push_back(c);
        else
            text.append("\\x").append({digits[code >> 4U], digits[code & 15U]});
    }
    return text + '"';
}

std::string joined(std::vector<std::uint64_t> const& values)
{
    auto text = std::string{'['};
    for (auto const value : values)
        text.append(text.size() > 1 ? ", " : "").append(std::to_string(value));
    return text + ']';
}

} // namespace

void field_printer::text(
    std::string_view name, std::string& value, presence needed, std::string_view meaning)
{
    if (left_open(name, needed, meaning)) return;
    if (needed == presence::required || !value.empty())
        line(name, quoted(value), meaning);
    else
        absent(name, meaning);
}

void field_printer::secret(std::string_view name, std::string& value, std::string_view meaning)
{
    if (value.empty()) return absent(name, meaning);
    line(name, quoted(show_ == secrets::shown ? value : std::string{masked_text}), meaning);
}

void field_printer::number(
    std::string_view name, std::uint64_t& value, number_range, presence needed,
    std::string_view meaning)
{
    if (left_open(name, needed, meaning)) return;
    line(name, std::to_string(value), meaning);
}

void field_printer::maybe_number(
    std::string_view name, std::optional<std::uint64_t>& value, std::string_view meaning)
{
    if (value)
        line(name, std::to_string(*value), meaning);
    else
        absent(name, meaning);
}

void field_printer::numbers(
    std::string_view name, std::vector<std::uint64_t>& values, number_range, presence needed,
    std::string_view meaning)
{
    if (left_open(name, needed, meaning)) return;
    line(name, joined(values), meaning);
}

void field_printer::size(std::string_view name, std::uint64_t& value, std::string_view meaning)
{
    line(name, size_text(value), meaning);
}

void field_printer::duration(
    std::string_view name, std::chrono::nanoseconds& value, std::string_view meaning)
{
    line(name, duration_text(value), meaning);
}

void field_printer::choice(
    std::string_view name, std::uint64_t& value, std::span<std::string_view const> names,
    std::string_view meaning)
{
    line(name, std::string{names[value]}, meaning);
}

void field_printer::address(std::string_view name, address20& value, std::string_view meaning)
{
    if (left_open(name, presence::required, meaning)) return;
    line(name, quoted(to_hex(value)), meaning);
}

void field_printer::maybe_address(
    std::string_view name, std::optional<address20>& value, std::string_view meaning)
{
    if (value)
        address(name, *value, meaning);
    else
        absent(name, meaning);
}

void field_printer::data(std::string_view name, bytes& value, std::string_view meaning)
{
    line(name, quoted(to_hex(value)), meaning);
}

void field_printer::begin_section(std::string_view name, std::string_view meaning)
{
    line(name, "", meaning);
    depth_ += 2;
}

std::size_t field_printer::begin_list(
    std::string_view name, std::size_t size, presence, std::string_view meaning)
{
    line(name, size == 0 ? "[]" : "", meaning);
    depth_ += 4;
    return size;
}

/// An entry in an empty list: depth and bullet are those of an item, in a comment.
bool field_printer::begin_example()
{
    if (!example_) example_ = depth_ - 2;
    bullet_ = true;
    return true;
}

void field_printer::end_example()
{
    if (example_ == depth_ - 2) example_.reset(); // else it is in another one
    bullet_ = false;
}

void field_printer::line(std::string_view name, std::string const& value, std::string_view meaning)
{
    auto text = indent().append(name).append(":");
    if (!value.empty()) text.append(" ").append(value);
    write(std::move(text), meaning);
}

/// A setting without a value stands as a comment, or the text would not read back the same.
void field_printer::absent(std::string_view name, std::string_view meaning)
{
    if (example_) return line(name, "", meaning);
    auto text = std::string(depth_, ' ').append("# ").append(name).append(":");
    write(std::move(text), meaning);
}

/// Whether it is what an example leaves to whoever makes an entry of it, and is printed as such.
bool field_printer::left_open(std::string_view name, presence needed, std::string_view meaning)
{
    auto const is_open = example_ && needed == presence::required;
    if (is_open) absent(name, std::string{"required: "}.append(meaning));
    return is_open;
}

void field_printer::write(std::string text, std::string_view meaning)
{
    if (example_) text.insert(*example_, "# ");
    if (text.size() < comment_column) text.append(comment_column - text.size(), ' ');
    out_ << text << " # " << meaning << '\n';
}

std::string field_printer::indent()
{
    auto const bullet = std::exchange(bullet_, false);
    return bullet ? std::string(depth_ - 2, ' ').append("- ") : std::string(depth_, ' ');
}

} // namespace common
