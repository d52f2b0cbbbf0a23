// SPDX-License-Identifier: BSL-1.0
// A report in words.
#pragma once

#include <cairn/recovery/report.hpp>

namespace cairn::inline v0 {

CAIRN_INLINE std::string_view to_string(recovery_strategy strategy)
{
    switch (strategy) {
    case recovery_strategy::hybrid: return "hybrid";
    case recovery_strategy::from_scratch: return "from scratch";
    case recovery_strategy::from_checkpoint: return "from checkpoint";
    }
    return "";
}

CAIRN_INLINE std::string_view to_string(recovery_phase phase)
{
    switch (phase) {
    case recovery_phase::finding: return "finding";
    case recovery_phase::loading: return "loading";
    case recovery_phase::reading: return "reading";
    }
    return "";
}

CAIRN_INLINE std::uint64_t recovery_report::applied() const
{
    auto n = std::uint64_t{0};
    for (auto const& source : sources) n += source.inserted + source.changed;
    return n;
}

namespace detail {

/// 1234567 ns as "1.234 ms".
inline std::string in_milliseconds(std::chrono::nanoseconds time)
{
    auto const microseconds = time.count() / 1000;
    auto const rest = std::to_string(1000 + microseconds % 1000).substr(1);
    return std::to_string(microseconds / 1000) + "." + rest + " ms";
}

inline std::string counted(std::uint64_t n, std::string_view one, std::string_view many)
{
    return std::to_string(n).append(" ").append(n == 1 ? one : many);
}

inline void add_checkpoint(std::string& out, recovery_report const& report)
{
    for (auto const& each : report.refused) {
        auto const name = each.number == 0 ? std::string{} : " " + std::to_string(each.number);
        out.append("  checkpoint").append(name).append(" refused: ").append(each.reason) += '\n';
    }
    if (!report.checkpoint) return;
    out.append("  checkpoint ").append(std::to_string(*report.checkpoint)).append(": ");
    out.append(std::to_string(report.bytes)).append(" bytes, ");
    out.append(std::to_string(report.stored_bytes)).append(" stored");
    if (report.deltas != 0) out.append(", with ").append(counted(report.deltas, "delta", "deltas"));
    out += '\n';
}

inline void add_sources(std::string& out, recovery_report const& report)
{
    for (auto const& each : report.sources) {
        out.append("  ").append(each.model).append(": ");
        out.append(counted(each.inserted, "record", "records")).append(" read");
        if (each.changed != 0)
            out.append(", ").append(std::to_string(each.changed)).append(" changed");
        if (each.quarantined != 0)
            out.append(", ").append(std::to_string(each.quarantined)).append(" quarantined");
        out += '\n';
    }
    for (auto const& each : report.quarantined)
        out.append("  left out: ").append(each.key).append(": ").append(each.reason) += '\n';
    auto const unnamed = report.quarantined_count - report.quarantined.size();
    if (unnamed != 0) out.append("  left out: ").append(std::to_string(unnamed)).append(" more\n");
}

} // namespace detail

CAIRN_INLINE std::string recovery_report::text() const
{
    auto out = state + ": recovered " + std::string{to_string(used)};
    if (used != asked) out.append(" (").append(to_string(asked)).append(")");
    out.append(" to position ").append(std::to_string(position)) += '\n';
    detail::add_checkpoint(out, *this);
    detail::add_sources(out, *this);
    out.append("  time: ").append(detail::in_milliseconds(total)).append(" (finding ");
    out.append(detail::in_milliseconds(finding)).append(", loading ");
    out.append(detail::in_milliseconds(loading)).append(", reading ");
    return out.append(detail::in_milliseconds(reading)).append(")\n");
}

} // namespace cairn::inline v0
