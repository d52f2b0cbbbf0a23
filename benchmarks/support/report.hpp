// SPDX-License-Identifier: BSL-1.0
// What was measured, as lines for people and as JSON for tools.
#pragma once

#include "measure.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace bench {

/// One measured case; microseconds per operation, or what `unit` says.
struct row {
    std::string name;
    std::string backend;
    unsigned threads;
    double ours;
    double floor;
    interval range{};
    double cpu_ratio = 0;
    char const* unit = "us";

    double ratio() const { return ours / floor; }
};

class report {
public:
    report()
    {
        std::printf(
            "%-24s %-7s %3s %11s %11s  %6s  %-16s %6s\n", "case", "backend", "thr", "ours us",
            "floor us", "ratio", "95 % interval", "cpu");
    }

    /// A case that belongs to the published figures.
    void add(
        std::string const& name, std::string const& backend, unsigned threads, comparison const& c)
    {
        rows_.push_back(as_row(name, backend, threads, c));
        print(rows_.back());
    }

    /// A size that was looked up, not timed.
    void add_bytes(std::string const& name, std::string const& backend, double ours, double floor)
    {
        rows_.push_back({name, backend, 1, ours, floor, {ours / floor, ours / floor}, 1, "bytes"});
        print(rows_.back());
    }

    /// A case that only explains another; printed, not published.
    void remark(
        std::string const& name, std::string const& backend, unsigned threads, comparison const& c)
    {
        print(as_row(name, backend, threads, c));
    }

    row const* find(std::string const& name, std::string const& backend, unsigned threads) const
    {
        for (auto const& r : rows_)
            if (r.name == name && r.backend == backend && r.threads == threads) return &r;
        return nullptr;
    }

    bool empty() const { return rows_.empty(); }
    std::vector<row> const& rows() const { return rows_; }

    /// One array; false if the file cannot be written.
    bool write_json(char const* path) const
    {
        auto* const file = std::fopen(path, "w");
        if (file == nullptr) return false;
        auto const* separator = "[\n";
        for (auto const& r : rows_) {
            std::fprintf(
                file,
                "%s  {\"case\": \"%s\", \"backend\": \"%s\", \"threads\": %u, \"unit\": \"%s\","
                " \"ours\": %.4g, \"floor\": %.4g, \"ratio\": %.4g}",
                separator, r.name.c_str(), r.backend.c_str(), r.threads, r.unit, r.ours, r.floor,
                r.ratio());
            separator = ",\n";
        }
        std::fputs(rows_.empty() ? "[]\n" : "\n]\n", file);
        return std::fclose(file) == 0;
    }

private:
    static row as_row(
        std::string const& name, std::string const& backend, unsigned threads, comparison const& c)
    {
        return {name,         backend, threads, median(c.ours), median(c.floor), ratio_interval(c),
                c.cpu_ratio()};
    }

    static void print(row const& r)
    {
        std::printf(
            "%-24s %-7s %3u %11.3f %11.3f  %6.3f  [%6.3f, %6.3f] %6.3f\n", r.name.c_str(),
            r.backend.c_str(), r.threads, r.ours, r.floor, r.ratio(), r.range.low, r.range.high,
            r.cpu_ratio);
        std::fflush(stdout);
    }

    std::vector<row> rows_{};
};

} // namespace bench
