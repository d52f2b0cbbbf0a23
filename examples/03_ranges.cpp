// SPDX-License-Identifier: BSL-1.0
// Ranges: bounds, order, limits, pages with tokens, and writing to all records of a range.
#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>

#include <iostream>
#include <optional>

enum class state : std::uint8_t { open, done };

struct job {
    std::uint32_t id = 0;
    state now = state::open;
    cairn::timestamp created{};
    std::optional<cairn::timestamp> deadline{};
};
BOOST_HANA_ADAPT_STRUCT(job, id, now, created, deadline);

template <>
inline constexpr auto cairn::descriptor<job> = cairn::entity<"job">(
    cairn::key<"job:{id}">, cairn::index<"queue", "now", "created">,
    cairn::index<"deadline", "deadline">);

struct app : cairn::schema<job> {};
inline constexpr auto jobs = cairn::table<job>;

static cairn::timestamp second(int n)
{
    return cairn::timestamp{std::chrono::seconds{n}};
}

int main()
{
    using namespace cairn::literals;
    auto db = cairn::store<app, cairn::memory>{};
    for (std::uint32_t id = 1; id <= 10; ++id) {
        auto const due = id % 3 == 0 ? std::optional{second(100 + static_cast<int>(id))}
                                     : std::nullopt;
        db[jobs].insert({id, state::open, second(static_cast<int>(id)), due});
    }

    auto open = db[jobs].by("queue"_by, state::open);   // equality on leading columns ...
    auto some = open.from(second(3)).until(second(6));  // ... and at most one bound each way
    for (job const& j : some) std::cout << j.id << ' '; // 3 4 5
    for (job const& j : open.reversed().limit(2)) std::cout << j.id << ' '; // 10 9
    std::cout << "of " << open.count() << '\n';

    auto late =
        db[jobs].by("deadline"_by).before(second(107)); // a bound never admits an absent value
    std::cout << late.count() << " late, " << db[jobs].by("deadline"_by, std::nullopt).count()
              << " without a deadline\n";

    auto page = open.page(4); // the token is opaque text: send it to a client and take it back
    while (!page.next.empty()) {
        std::cout << page.records.size() << " records, then more\n";
        page = open.page(4, page.next);
    }
    std::cout << page.records.size() << " records, the last\n";
    page = open.page(4, page.previous);
    std::cout << "before them stands " << page.records.back().id << '\n';

    std::vector<job> finished = late.update([](job& j) { j.now = state::done; }); // all or none
    std::cout << finished.size() << " finished, " << open.count() << " open\n";
    std::cout << db[jobs].by("queue"_by, state::done).erase() << " erased\n";

    for (job const& j : db[jobs].scan()) // the whole table, in the order of insertion
        if (j.id % 2 == 0) std::cout << j.id << ' ';
    std::cout << '\n';
}
