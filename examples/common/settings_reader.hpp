// SPDX-License-Identifier: BSL-1.0
// Fills settings from YAML and collects every violation with its place.
#pragma once

#include "settings.hpp"

#include <yaml-cpp/yaml.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace common {

/// Where each setting stands in the file, and what is wrong there.
class violations {
public:
    explicit violations(std::string file) : file_{std::move(file)} {}

    void set_place(std::string const& path, YAML::Mark mark) { places_[path] = mark; }
    /// At `path`, or at the nearest thing around it that stands in the file.
    void add(std::string const& path, std::string const& message);
    void add(std::string const& path, YAML::Mark mark, std::string const& message);

    [[nodiscard]] bool empty() const { return found_.empty(); }
    /// In the order of the file.
    [[nodiscard]] std::vector<std::string> lines() const;

private:
    std::string file_;
    std::map<std::string, YAML::Mark> places_{};
    std::multimap<std::pair<int, int>, std::string> found_{};
};

class field_reader final : public field_visitor {
public:
    /// Begins at the document's root.
    field_reader(YAML::Node root, violations& problems);

    /// Reports the root's unknown keys; to be called last.
    void finish() { leave(); }

    void text(std::string_view, std::string&, presence, std::string_view) override;
    void secret(std::string_view, std::string&, std::string_view) override;
    void number(
        std::string_view, std::uint64_t&, number_range, presence, std::string_view) override;
    void maybe_number(std::string_view, std::optional<std::uint64_t>&, std::string_view) override;
    void numbers(
        std::string_view, std::vector<std::uint64_t>&, number_range, presence,
        std::string_view) override;
    void size(std::string_view, std::uint64_t&, std::string_view) override;
    void duration(std::string_view, std::chrono::nanoseconds&, std::string_view) override;
    void choice(
        std::string_view, std::uint64_t&, std::span<std::string_view const>,
        std::string_view) override;
    void address(std::string_view, address20&, std::string_view) override;
    void maybe_address(std::string_view, std::optional<address20>&, std::string_view) override;
    void data(std::string_view, bytes&, std::string_view) override;
    void begin_section(std::string_view, std::string_view) override;
    void end_section() override { leave(); }
    std::size_t begin_list(std::string_view, std::size_t, presence, std::string_view) override;
    void begin_item(std::size_t index) override;
    void end_item() override { leave(); }
    void end_list() override { frames_.pop_back(); }

private:
    /// A mapping or a list that is being read.
    struct frame {
        YAML::Node node;
        std::string path;
        bool readable; ///< it is in the file and of the right kind
        std::set<std::string, std::less<>> known{};
    };

    void enter(YAML::Node node, std::string path);
    void leave();
    void check_keys(frame const& mapping);
    [[nodiscard]] std::string path_of(std::string_view name) const;
    /// The value of `name` in the current mapping; undefined if absent, which is a violation if it
    /// is required.
    YAML::Node child(std::string_view name, presence needed);
    /// The text of a scalar child; nothing, and perhaps a violation, otherwise.
    std::optional<std::string> scalar(std::string_view name, presence needed);
    template <class Value>
    void store(
        std::string_view name, presence needed, std::optional<Value> (*parse)(std::string_view),
        Value& value, std::string const& expected);

    violations& problems_;
    std::vector<frame> frames_{};
};

/// The text of `file`.
/// @errors `config_error` if it cannot be read.
std::string read_settings_file(std::string const& file);

/// The document in `text`, named `file` in messages.
/// @errors `config_error` if it is not YAML.
YAML::Node parse_settings_text(std::string const& text, std::string const& file);

/// The settings in `text`: what `visit_fields` reads of them, checked by `check(settings, problems)`
/// for what one setting alone cannot tell.
/// @errors `config_error` with every violation at once.
template <class Settings, class Check>
Settings read_settings(std::string const& text, std::string const& file, Check const& check)
{
    auto problems = violations{file};
    auto settings = Settings{};
    auto reader = field_reader{parse_settings_text(text, file), problems};
    visit_fields(reader, settings);
    reader.finish();
    check(settings, problems);
    if (!problems.empty()) throw config_error{problems.lines()};
    return settings;
}

/// The path of an item of a list.
std::string item_path(std::string const& list, std::size_t index);

/// Checks that several settings share.
void check_url(std::string const& url, std::string const& path, violations& problems);
void check_interval(std::chrono::nanoseconds time, std::string const& path, violations& problems);

} // namespace common
