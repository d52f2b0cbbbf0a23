// SPDX-License-Identifier: BSL-1.0
// Appending to a body: what need not be in every caller.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/encode/writer.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace cairn::inline v0::detail {

CAIRN_INLINE void writer::bytes(void const* source, std::size_t count)
{
    if (count > bounds_.limits().record_bytes) refuse_size();
    if (static_cast<std::size_t>(end_ - at_) < count) grow(count);
    if (count != 0) std::memcpy(at_, source, count);
    at_ += count;
}

CAIRN_INLINE void writer::text(void const* source, std::size_t count)
{
    if (count > bounds_.limits().record_bytes) refuse_size();
    number(static_cast<std::uint32_t>(count));
    bytes(source, count);
}

CAIRN_INLINE void writer::length(std::size_t count, std::size_t each)
{
    if (!bounds_.charge(count, each))
        refuse("the containers of a record have more elements than the limits allow");
    check_size();
    number(static_cast<std::uint32_t>(count));
}

CAIRN_INLINE void writer::enter()
{
    if (!bounds_.enter()) refuse("a value is nested too deep");
}

CAIRN_INLINE std::span<std::byte const> writer::written() const noexcept
{
    auto const* const start = out_.data() + out_.size();
    return {start, static_cast<std::size_t>(at_ - start)};
}

CAIRN_INLINE void writer::sort(std::size_t start, array_view<std::size_t> ends)
{
    auto const before = written().subspan(start);
    auto const copy = std::string{reinterpret_cast<char const*>(before.data()), before.size()};
    auto entries = std::vector<std::string_view>{};
    entries.reserve(ends.size());
    for (auto begin = start; auto const end : ends) {
        entries.push_back(std::string_view{copy}.substr(begin - start, end - begin));
        begin = end;
    }
    std::sort(entries.begin(), entries.end());
    at_ -= before.size();
    for (auto const entry : entries) bytes(entry.data(), entry.size());
}

CAIRN_INLINE sorted_entries::sorted_entries(writer& out, std::size_t count)
    : out_{out}, start_{out.written().size()}
{
    ends_.reserve(count);
}

CAIRN_INLINE sorted_entries::~sorted_entries() = default;

CAIRN_INLINE void sorted_entries::end_one()
{
    ends_.push_back(out_.written().size());
}

CAIRN_INLINE void sorted_entries::sort()
{
    out_.sort(start_, ends_);
}

CAIRN_INLINE void writer::check_size() const
{
    if (written().size() > bounds_.limits().record_bytes) refuse_size();
}

CAIRN_INLINE void writer::grow(std::size_t count)
{
    auto const size = written().size();
    at_ = out_.grow_spare(size, count);
    end_ = out_.data() + out_.capacity();
}

CAIRN_INLINE void writer::refuse_value(char const* reason) const
{
    throw invalid_argument{{.message = reason, .model = std::string{model_}}};
}

CAIRN_INLINE void writer::refuse(char const* reason) const
{
    throw limit_exceeded{{.message = reason, .model = std::string{model_}}};
}

CAIRN_INLINE void writer::refuse_size() const
{
    refuse("a record is larger than the limit");
}

} // namespace cairn::inline v0::detail
