// SPDX-License-Identifier: BSL-1.0
// The configuration as YAML with a comment on every value.
#include "config_fields.hpp"
#include "config_text.hpp"
#include "hex.hpp"

#include <ostream>
#include <utility>

namespace aggregator {

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

class field_printer final : public field_visitor {
public:
    explicit field_printer(std::ostream& out) : out_{out} {}

    void text(std::string_view name, std::string& value, presence needed, std::string_view meaning)
        override
    {
        if (needed == presence::required || !value.empty())
            line(name, quoted(value), meaning);
        else
            absent(name, meaning);
    }
    void number(
        std::string_view name, std::uint64_t& value, number_range, presence,
        std::string_view meaning) override
    {
        line(name, std::to_string(value), meaning);
    }
    void maybe_number(
        std::string_view name, std::optional<std::uint64_t>& value,
        std::string_view meaning) override
    {
        if (value)
            line(name, std::to_string(*value), meaning);
        else
            absent(name, meaning);
    }
    void numbers(
        std::string_view name, std::vector<std::uint64_t>& values, number_range, presence,
        std::string_view meaning) override
    {
        line(name, joined(values), meaning);
    }
    void size(std::string_view name, std::uint64_t& value, std::string_view meaning) override
    {
        line(name, size_text(value), meaning);
    }
    void duration(
        std::string_view name, std::chrono::nanoseconds& value, std::string_view meaning) override
    {
        line(name, duration_text(value), meaning);
    }
    void choice(
        std::string_view name, std::uint64_t& value, std::span<std::string_view const> names,
        std::string_view meaning) override
    {
        line(name, std::string{names[value]}, meaning);
    }
    void address(std::string_view name, address20& value, std::string_view meaning) override
    {
        line(name, quoted(to_hex(value)), meaning);
    }
    void maybe_address(
        std::string_view name, std::optional<address20>& value, std::string_view meaning) override
    {
        if (value)
            address(name, *value, meaning);
        else
            absent(name, meaning);
    }
    void data(std::string_view name, bytes& value, std::string_view meaning) override
    {
        line(name, quoted(to_hex(value)), meaning);
    }

    void begin_section(std::string_view name, std::string_view meaning) override
    {
        line(name, "", meaning);
        depth_ += 2;
    }
    void end_section() override { depth_ -= 2; }
    std::size_t begin_list(
        std::string_view name, std::size_t size, presence, std::string_view meaning) override
    {
        line(name, size == 0 ? "[]" : "", meaning);
        depth_ += 4;
        return size;
    }
    void begin_item(std::size_t) override { bullet_ = true; }
    void end_item() override { bullet_ = false; }
    void end_list() override { depth_ -= 4; }

private:
    void line(std::string_view name, std::string const& value, std::string_view meaning)
    {
        auto text = indent().append(name).append(":");
        if (!value.empty()) text.append(" ").append(value);
        write(std::move(text), meaning);
    }
    /// A setting without a value stands as a comment, or the text would not read back the same.
    void absent(std::string_view name, std::string_view meaning)
    {
        auto text = std::string(depth_, ' ').append("# ").append(name).append(":");
        write(std::move(text), meaning);
    }
    void write(std::string text, std::string_view meaning)
    {
        if (text.size() < comment_column) text.append(comment_column - text.size(), ' ');
        out_ << text << " # " << meaning << '\n';
    }
    std::string indent()
    {
        auto const bullet = std::exchange(bullet_, false);
        return bullet ? std::string(depth_ - 2, ' ').append("- ") : std::string(depth_, ' ');
    }

    std::ostream& out_;
    std::size_t depth_ = 0;
    bool bullet_ = false;
};

} // namespace

void print_config(std::ostream& out, config settings)
{
    auto printer = field_printer{out};
    visit_fields(printer, settings);
}

} // namespace aggregator
