// SPDX-License-Identifier: BSL-1.0
// After any history, every strategy gives the same state: that of a plain model which saw it all.
// CAIRN_HISTORIES sets how many are tried, CAIRN_SEED where they begin.
#include "dag.hpp"

using namespace test;
using cairn::checkpoint_chunk;
using cairn::checkpoint_chunks;
using cairn::checkpoint_header;
using cairn::checkpoint_headers;

namespace {

/// What the graph must be, kept by hand and in another way.
struct plain_graph {
    std::vector<vertex> vertices{};
    std::uint64_t marks = 0;
    std::uint64_t setting = 0;

    [[nodiscard]] bool agrees(graph const& with) const
    {
        if (with.nodes().size() != vertices.size() || with.highest_mark() != marks) return false;
        for (std::size_t i = 0; i != vertices.size(); ++i) {
            auto const& node = with.nodes()[i];
            auto const& expected = vertices[i];
            if (node.name != expected.name || node.round != expected.round) return false;
            if (node.marked != expected.marked.value_or(0)) return false;
            for (std::size_t p = 0; p != node.parents.size(); ++p)
                if (vertices[node.parents[p]].name != expected.parents[p]) return false;
        }
        return true;
    }
};

/// One store and what is done to it.
template <class Backend>
class history {
public:
    explicit history(std::uint64_t seed) : random_{seed}, db_{at_.options()}
    {
        how_ = {
            .every = random_.below(12),
            .keep = 1 + random_.below(4),
            .full_every = 1 + random_.below(5)};
        begin();
    }

    void run(std::size_t steps)
    {
        for (std::size_t i = 0; i != steps; ++i) {
            step();
            if (i % 5 == 4) check();
        }
        check();
    }

private:
    using user_type = graph_user<graph_store<Backend>>;

    void begin() { user_.emplace(db_, how_); }

    void step()
    {
        switch (random_.below(12)) {
        case 0: user_->checkpoint(); return;
        case 1: user_->checkpoint(cairn::checkpoint_kind::full); return;
        case 2: begin(); return; // a new process
        case 3: fail(); return;
        case 4: damage(); return;
        case 5: set(); return;
        case 6:
        case 7: mark(); return;
        default: add();
        }
    }

    void add()
    {
        auto v = vertex{.round = random_.below(30), .name = next_name_++};
        v.note.assign(random_.below(40), 'n');
        for (auto left = random_.below(4); left != 0 && !plain_.vertices.empty(); --left)
            v.parents.push_back(random_.any_of(plain_.vertices).name);
        user_->add(v);
        plain_.vertices.push_back(std::move(v));
    }

    void mark()
    {
        if (plain_.vertices.empty()) return;
        auto& v = plain_.vertices[random_.below(plain_.vertices.size())];
        user_->mark(v.round, v.name);
        if (!v.marked) v.marked = ++plain_.marks;
    }

    void set()
    {
        plain_.setting = random_();
        user_->set(plain_.setting);
    }

    /// A transaction with a checkpoint that is given up, and with it the state.
    void fail()
    {
        try {
            db_.write([&](auto& tx) {
                auto state = user_->state();
                auto const v = vertex{.round = 1, .name = next_name_ + 1'000'000};
                tx[vertices].insert(v);
                state.apply(v);
                user_->keeper().checkpoint(tx, state);
                throw 1;
            });
        } catch (int) {
        }
    }

    void damage()
    {
        auto const headers = user_->keeper().list(db_);
        if (headers.empty()) return;
        auto header = random_.any_of(headers);
        if (random_.one_in(3)) {
            header.position ^= 1;
            db_[checkpoint_headers].put(header);
        } else if (random_.one_in(3)) {
            db_[checkpoint_headers].erase(header.state, header.number);
        } else if (auto chunk = db_[checkpoint_chunks].find(header.state, header.number, 0U)) {
            chunk->data[random_.below(chunk->data.size())] ^= std::byte{4};
            db_[checkpoint_chunks].put(*chunk);
        }
    }

    void check()
    {
        for (auto const how : every_strategy) {
            try {
                auto const found = recovered_by(db_, how);
                REQUIRE(plain_.agrees(found));
                REQUIRE(found == user_->state());
            } catch (cairn::not_found const&) {
                REQUIRE(how == cairn::recovery_strategy::from_checkpoint);
            }
        }
    }

    generator random_;
    place<Backend> at_{};
    graph_store<Backend> db_;
    cairn::checkpoint_options how_{};
    std::optional<user_type> user_{};
    plain_graph plain_{};
    std::uint64_t next_name_ = 0;
};

} // namespace

TEST_CASE_TEMPLATE("after any history every strategy gives the same state", Backend, EVERY_BACKEND)
{
    auto const histories = from_environment("CAIRN_HISTORIES", 40);
    auto const seed = from_environment("CAIRN_SEED", 1);
    for (std::uint64_t i = 0; i != histories; ++i) {
        INFO("CAIRN_SEED=" << seed + i << " CAIRN_HISTORIES=1");
        history<Backend>{seed + i}.run(60);
    }
}
