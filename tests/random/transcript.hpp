// SPDX-License-Identifier: BSL-1.0
// What a program's steps came to, as lines of text that can be compared.
#pragma once

#include "choices.hpp"

#include "../support/record_image.hpp"

#include <cairn/base/error.hpp>
#include <cairn/describe/key_path.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace test::program {

using transcript = std::vector<std::string>;

[[nodiscard]] inline std::string told(cairn::error const& e)
{
    auto text = std::string{cairn::to_string(e.code())};
    return text.append(" ").append(e.model()).append(" ").append(e.key()).append(" ").append(
        e.index());
}

template <class Model>
std::string told(std::vector<Model> const& records)
{
    auto text = std::to_string(records.size()) + " records";
    for (auto const& record : records) text.append(" | ").append(image(record));
    return text;
}

template <class Model>
std::string told(std::optional<Model> const& record)
{
    return record ? "one: " + image(*record) : "none";
}

/// A line as it can be printed.
[[nodiscard]] inline std::string printable(std::string_view line)
{
    static constexpr auto digits = std::string_view{"0123456789abcdef"};
    auto text = std::string{};
    for (auto const c : line) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '\n' || (byte >= 0x20 && byte < 0x7F))
            text.push_back(c);
        else
            text.append({'\\', 'x', digits[byte >> 4U], digits[byte & 15U]});
    }
    return text;
}

/// Runs `fn`, which gives a line, and turns what it throws into one.
template <class Function>
std::string outcome_of(Function const& fn)
{
    try {
        return fn();
    } catch (cairn::error const& e) {
        return "threw " + told(e);
    } catch (planned_failure const&) {
        return "threw as planned";
    }
}

/// What a program leaves of one model, in the order of insertion.
template <class Model>
void tell_left(transcript& lines, std::vector<Model> const& records)
{
    for (auto const& record : records)
        lines.push_back("left " + std::string{cairn::shape_of<Model>.name} + ' ' + image(record));
    lines.push_back("left " + std::to_string(records.size()));
}

template <class Model>
std::string key_text(Model const& record)
{
    cairn::cell key[cairn::shape_of<Model>.key.size + 1];
    cairn::record_codec<Model>::to_key(record, key);
    return cairn::key_path_with_secrets(
        cairn::shape_of<Model>, cairn::cells{key, cairn::shape_of<Model>.key.size});
}

} // namespace test::program
