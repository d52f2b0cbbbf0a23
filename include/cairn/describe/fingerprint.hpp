// SPDX-License-Identifier: BSL-1.0
// Canonical texts of a model: what has to stay the same while its version stays the same.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/describe/shape.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

namespace detail {

inline void append_names(std::string& out, shape const& s, array_view<std::uint8_t> members)
{
    for (auto const member : members) out.append(" ").append(s.members[member].name);
    out.push_back('\n');
}

/// The length of "enum:u8" at the beginning of `text`, if a list of names follows; else 0.
inline std::size_t enum_prefix(std::string_view text)
{
    if (!text.starts_with("enum:")) return 0;
    auto const brace = text.find_first_not_of("ui0123456789", 5);
    return brace != text.npos && brace > 5 && text[brace] == '{' ? brace : 0;
}

/// A type's text without the names of enums, which may change freely.
inline std::string layout_text(std::string_view type)
{
    std::string out;
    while (!type.empty()) {
        if (auto const prefix = enum_prefix(type); prefix != 0) {
            out.append(type.substr(0, prefix));
            type.remove_prefix(type.find('}', prefix) + 1);
            continue;
        }
        out.push_back(type.front());
        type.remove_prefix(1);
    }
    return out;
}

} // namespace detail

/// The members of a model, one to a line: "member id string". The names of enums are there, so
/// that a file explains itself.
[[nodiscard]] inline std::string members_text(shape const& s)
{
    std::string out;
    for (auto const& m : s.members) {
        out.append("member ").append(m.name).append(" ").append(m.type_text).append("\n");
    }
    return out;
}

/// What a record is made of: members, types, order and key fields. Its hash is the record
/// fingerprint. The literals of the key schema and the names of enums are not part of it: nothing
/// of them is in a record.
[[nodiscard]] inline std::string record_text(shape const& s)
{
    auto out = std::string{"record\n"};
    for (auto const& m : s.members) {
        out.append("member ").append(m.name).append(" ");
        out.append(detail::layout_text(m.type_text)).append("\n");
    }
    out.append("key");
    detail::append_names(out, s, s.key.columns());
    return out;
}

/// What the table of a model is made of: columns, indexes and uniques. Its hash is the table
/// fingerprint. The order in which the descriptor names indexes is not part of it.
[[nodiscard]] inline std::string table_text(shape const& s)
{
    std::vector<std::string> lines;
    for (auto const& index : s.indexes) {
        auto line = std::string{index.unique ? "unique " : "index "}.append(index.name);
        detail::append_names(line, s, index.columns());
        lines.push_back(std::move(line));
    }
    std::ranges::sort(lines);
    auto out = std::string{"table\n"};
    for (auto const column : s.columns) {
        out.append("column ").append(s.members[column].name).append("\n");
    }
    for (auto const& line : lines) out.append(line);
    return out;
}

namespace detail {

inline std::vector<std::string_view> lines_of(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// The first two words of a line, which say what it is about.
inline std::string_view subject(std::string_view line)
{
    auto const first = line.find(' ');
    if (first == line.npos) return line;
    if (line.substr(0, first) == "key") return "key";
    return line.substr(0, line.find(' ', first + 1));
}

inline std::string_view find_subject(
    std::vector<std::string_view> const& lines, std::string_view wanted)
{
    for (auto const& line : lines) {
        if (subject(line) == wanted) return line;
    }
    return {};
}

inline std::string_view rest_of(std::string_view line)
{
    auto rest = line.substr(subject(line).size());
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    return rest;
}

inline std::vector<std::string_view> common(
    std::vector<std::string_view> const& lines, std::vector<std::string_view> const& others)
{
    std::vector<std::string_view> out;
    for (auto const& line : lines) {
        if (!find_subject(others, subject(line)).empty()) out.push_back(subject(line));
    }
    return out;
}

} // namespace detail

/// How two texts of `record_text`, or of `table_text`, differ: one sentence for each difference.
[[nodiscard]] inline std::vector<std::string> text_differences(
    std::string_view stored, std::string_view program)
{
    auto const before = detail::lines_of(stored);
    auto const after = detail::lines_of(program);
    std::vector<std::string> notes;
    for (auto const& line : before) {
        auto const now = detail::find_subject(after, detail::subject(line));
        auto note = std::string{detail::subject(line)};
        if (now.empty())
            notes.push_back(note.append(" is in the file, not in the program"));
        else if (now != line) {
            note.append(": (").append(detail::rest_of(line)).append(") in the file, (");
            notes.push_back(note.append(detail::rest_of(now)).append(") in the program"));
        }
    }
    for (auto const& line : after) {
        if (!detail::find_subject(before, detail::subject(line)).empty()) continue;
        auto note = std::string{detail::subject(line)};
        notes.push_back(note.append(" is in the program, not in the file"));
    }
    if (detail::common(before, after) != detail::common(after, before)) {
        notes.emplace_back("the members stand in another order");
    }
    return notes;
}

} // namespace cairn::inline v0
