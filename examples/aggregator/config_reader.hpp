// SPDX-License-Identifier: BSL-1.0
// Fills settings from YAML and collects every violation with its place.
#pragma once

#include "config_fields.hpp"

#include <yaml-cpp/yaml.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace aggregator {

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

} // namespace aggregator
