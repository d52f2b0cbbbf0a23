// SPDX-License-Identifier: BSL-1.0
// Two contestants with the same records in them, and the means to see that they did the same work.
#pragma once

#include "../support/measure.hpp"
#include "../support/report.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// How much of everything; the numbers of operations are per repetition.
struct settings {
    std::size_t tasks = 100'000;
    std::size_t warm_up = 2;
    std::size_t repetitions = 20;
    std::size_t reads = 5000;
    std::size_t lists = 20;
    std::size_t writes = 200;
    std::size_t claims = 20;
    std::size_t shared_writes = 1600;
    std::vector<unsigned> writers{1, 2, 16, 64};
    std::string only{}; ///< the one case to run, or empty

    std::size_t rounds() const { return warm_up + repetitions; }
    bool wants(std::string const& name) const { return only.empty() || only == name; }
};

inline void require(bool holds, std::string const& what)
{
    if (!holds) throw std::runtime_error("the two did not do the same work: " + what);
}

/// A digest of the records that a contestant handed out.
class tally {
public:
    void add(task const& t)
    {
        sum_ += t.id.size() + t.payload.size() * 3 + static_cast<std::size_t>(t.status) * 7
            + std::to_integer<std::size_t>(t.payload.back()) * 11;
    }
    void add(tally const& other) { sum_ += other.sum_; }

    bool operator==(tally const&) const = default;

private:
    std::uint64_t sum_ = 0;
};

template <class Contestant>
void load(Contestant& to, std::span<task const> records)
{
    for (; !records.empty(); records = records.subspan(std::min<std::size_t>(1000, records.size())))
        to.insert_batch(records.first(std::min<std::size_t>(1000, records.size())));
}

/// Both contestants of one backend on fresh files, and the records they hold.
template <class Ours, class Floor>
struct contest {
    std::string backend;
    settings const& set;
    report& out;
    std::unique_ptr<Ours> ours;
    std::unique_ptr<Floor> floor;
    std::vector<task> records;

    void load_both()
    {
        load(*ours, records);
        load(*floor, records);
    }

    /// Both hold equally many records, and the same under every `stride`th of the known keys.
    void check_contents(std::size_t stride, std::span<task const> known) const
    {
        require(ours->count() == floor->count(), "number of records");
        decltype(auto) a = ours->reader();
        decltype(auto) b = floor->reader();
        for (auto i = std::size_t{}; i < known.size(); i += stride)
            require(a.get(known[i].id) == b.get(known[i].id), "record " + known[i].id);
    }
};

} // namespace bench
