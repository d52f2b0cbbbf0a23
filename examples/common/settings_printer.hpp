// SPDX-License-Identifier: BSL-1.0
// Prints settings as YAML with a comment on every value.
#pragma once

#include "settings.hpp"

#include <iosfwd>

namespace common {

enum class secrets : std::uint8_t { masked, shown };

class field_printer final : public field_visitor {
public:
    field_printer(std::ostream& out, secrets show) : out_{out}, show_{show} {}

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
    void end_section() override { depth_ -= 2; }
    std::size_t begin_list(std::string_view, std::size_t, presence, std::string_view) override;
    void begin_item(std::size_t) override { bullet_ = true; }
    void end_item() override { bullet_ = false; }
    void end_list() override { depth_ -= 4; }
    bool begin_example() override;
    void end_example() override;

private:
    void line(std::string_view name, std::string const& value, std::string_view meaning);
    void absent(std::string_view name, std::string_view meaning);
    bool left_open(std::string_view name, presence needed, std::string_view meaning);
    void write(std::string text, std::string_view meaning);
    std::string indent();

    std::ostream& out_;
    secrets show_;
    std::size_t depth_ = 0;
    bool bullet_ = false;
    std::optional<std::size_t> example_{}; ///< the column where it is commented out
};

/// Writes `settings` as YAML that reads back as the same (masked secrets apart, which are refused
/// when read), with a sentence about each value, and an entry of each empty list as a comment.
template <class Settings>
void print_settings(std::ostream& out, Settings settings, secrets show = secrets::masked)
{
    auto printer = field_printer{out, show};
    visit_fields(printer, settings);
}

} // namespace common
