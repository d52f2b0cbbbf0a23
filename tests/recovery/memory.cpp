// SPDX-License-Identifier: BSL-1.0
// Saving and loading a state takes little beside the state itself, however large it is.
#include "ledger.hpp"

#include "../encode/counted_memory.hpp"
#include "../support/own_new.hpp"

using namespace test;

namespace {

/// Counts; its bytes are as many as it is told, and it keeps none of them.
struct tape {
    static inline std::uint64_t numbers = 0;
    std::uint64_t sum = 0;

    void apply(movement const& m) { sum += static_cast<std::uint64_t>(m.amount); }
    void save(cairn::checkpoint_writer& out) const
    {
        auto random = generator{1};
        for (std::uint64_t i = 0; i != numbers; ++i) out.put(random());
    }
    void load(cairn::checkpoint_reader& in)
    {
        while (in.left() != 0) sum += in.get<std::uint64_t>();
    }
};

} // namespace

TEST_CASE("saving and loading 16 MiB that do not compress takes a few MiB at a time")
{
    auto const at = place<cairn::sqlite>{};
    auto options = at.options();
    auto db = books_store<cairn::sqlite>{options};
    tape::numbers = std::uint64_t{2} << 20;
    auto keeper = cairn::checkpointer{cairn::recovery<tape>("tape", 1, cairn::records(movements))};
    auto const saving = peak_of([&] {
        db.write([&](auto& tx) { CHECK(keeper.checkpoint(tx, tape{}).chunks.size() == 16); });
    });
    auto found = std::optional<cairn::recovered<tape>>{};
    auto const loading = peak_of([&] { found = keeper.recover(db); });
    REQUIRE(found);
    CHECK(found->report.bytes == std::uint64_t{16} << 20);
    CHECK(found->report.stored_bytes > std::uint64_t{16} << 20);
    auto random = generator{1};
    auto sum = std::uint64_t{0};
    for (std::uint64_t i = 0; i != tape::numbers; ++i) sum += random();
    CHECK(found->state.sum == sum);
    MESSAGE("saving took ", saving, " bytes at most, loading ", loading);
    if (CAIRN_TEST_OWN_NEW == 1) {
        CHECK(saving > 100'000); // it was counted
        CHECK(saving < std::size_t{12} << 20);
        CHECK(loading > 100'000);
        CHECK(loading < std::size_t{8} << 20);
    }
}

TEST_CASE("recovering from many records takes a page of them at a time")
{
    auto const at = place<cairn::sqlite>{};
    auto db = books_store<cairn::sqlite>{at.options()};
    auto const account = std::string(10'000, 'a');
    db.write([&](auto& tx) {
        for (std::uint64_t i = 0; i != 1500; ++i) tx[movements].insert(move_money(i, account));
    });
    auto keeper = cairn::checkpointer{cairn::recovery<tape>("tape", 1, cairn::records(movements))};
    auto const reading = peak_of([&] { CHECK(keeper.recover(db).report.applied() == 1500); });
    MESSAGE("reading 15 MB of records took ", reading, " bytes at most");
    if (CAIRN_TEST_OWN_NEW == 1) CHECK(reading < std::size_t{4} << 20);
}
