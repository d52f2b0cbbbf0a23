// SPDX-License-Identifier: BSL-1.0
// Cases that save certificates and batches.
#include "dag.hpp"

namespace bench {

namespace {

template <class Certificates>
void save_ours(sequencer::database& db, Certificates const& all)
{
    db.write([&](sequencer::transaction& tx) {
        auto writing = sequencer::saving{tx, sequencer::current_time()};
        for (auto const& c : all) writing.save(c);
        writing.finish();
    });
}

// Question: what does a durable save of one certificate cost, with the check for equivocation and
//           the counters?
// Floor:    the same statements by hand in one transaction, with the same sync.
void run_save(dag_settings const& set, report& out, dag_pair& both, dag_data data)
{
    auto all = std::vector<sequencer::certificate>{};
    for (auto i = set.saves * (set.warm_up + set.repetitions); all.size() < i;)
        for (auto& c : data.next_round()) all.push_back(std::move(c));
    auto const part = [&](std::size_t repetition, std::size_t i) {
        return std::span{all}.subspan(repetition * set.saves + i, 1);
    };
    auto const ours = [&](std::size_t repetition) {
        return time_per_operation(set.saves, [&] {
            for (std::size_t i = 0; i < set.saves; ++i) save_ours(both.ours(), part(repetition, i));
        });
    };
    auto const floor = [&](std::size_t repetition) {
        return time_per_operation(set.saves, [&] {
            for (std::size_t i = 0; i < set.saves; ++i) both.floor().save(part(repetition, i));
        });
    };
    out.add("certificate_save", "sqlite", 1, compare(set.warm_up, set.repetitions, ours, floor));
}

// Question: what does a certificate cost in a transaction of its whole round?
// Floor:    the same by hand. (Size: the files closed, over the certificates in them.)
void run_save_round(dag_settings const& set, report& out, dag_pair& both, dag_data data)
{
    auto const n = data.members.size();
    auto rounds = std::vector<std::vector<sequencer::certificate>>{};
    for (auto i = set.rounds * (set.warm_up + set.repetitions); i != 0; --i)
        rounds.push_back(data.next_round());
    auto const time = [&](std::size_t repetition, auto const& save) {
        return time_per_operation(set.rounds * n, [&] {
            for (std::size_t i = 0; i < set.rounds; ++i) save(rounds[repetition * set.rounds + i]);
        });
    };
    auto const name = "_n" + std::to_string(n);
    out.add(
        "certificate_save_round" + name, "sqlite", 1,
        compare(
            set.warm_up, set.repetitions,
            [&](std::size_t i) {
                return time(i, [&](auto const& all) { save_ours(both.ours(), all); });
            },
            [&](std::size_t i) {
                return time(i, [&](auto const& all) { both.floor().save(all); });
            }));
    auto const count = static_cast<double>(rounds.size() * n);
    auto const sizes = both.close_and_measure();
    out.add_bytes("certificate_size" + name, "sqlite", sizes.first / count, sizes.second / count);
}

// Question: what does finding the batches without a certificate cost, a tenth of all?
// Floor:    the same index by hand.
void run_unreferenced(dag_settings const& set, report& out, dag_pair& both, dag_data const& data)
{
    auto const all = make_batches(data.members, set.batches);
    for (std::size_t i = 0; i < all.size(); i += 500) {
        auto const part = std::span{all}.subspan(i, std::min<std::size_t>(500, all.size() - i));
        both.ours().write([&](sequencer::transaction& tx) {
            for (auto const& b : part) tx[sequencer::batches].insert(b);
        });
        both.floor().save_batches(part);
    }
    both.reopen();
    auto found = std::size_t{0}, by_hand = std::size_t{0};
    out.add(
        "unreferenced_batches", "sqlite", 1,
        compare(
            set.warm_up, set.repetitions,
            [&](std::size_t) {
                return time_per_operation(
                    1, [&] { found = sequencer::unreferenced_batches(both.ours()).size(); });
            },
            [&](std::size_t) {
                return time_per_operation(1, [&] { by_hand = both.floor().unreferenced().size(); });
            }));
    require_same(found == by_hand && found == (all.size() + 9) / 10, "unreferenced batches");
}

} // namespace

void run_dag_saving(dag_settings const& set, report& out, std::string const& folder)
{
    auto const start = [&](std::string const& name, std::size_t validators, auto const& run) {
        auto const files = scratch{folder};
        auto both = dag_pair{files.file("."), name};
        auto data = dag_data{validators};
        sequencer::begin_store(
            both.ours(), data.members, data.members.member(0), sequencer::current_time());
        run(set, out, both, data);
    };
    if (set.wants("certificate_save")) start("save", 10, run_save);
    if (set.wants("certificate_save_round"))
        for (auto const n : {std::size_t{4}, std::size_t{100}}) start("round", n, run_save_round);
    if (set.wants("unreferenced_batches")) start("batches", 10, run_unreferenced);
}

} // namespace bench
