// SPDX-License-Identifier: BSL-1.0
// Graphviz text.
#include "picture.hpp"

#include "convert.hpp"

#include <ostream>
#include <set>

namespace sequencer {

namespace {

std::string name_of(hash32 const& digest)
{
    return '"' + to_hex(digest).substr(0, 16) + '"';
}

bool is_anchor(certificate const& c)
{
    return c.committed && c.committed_at_round == c.round;
}

void draw_node(std::ostream& out, certificate const& c)
{
    auto const author = to_base58(c.author);
    out << "    " << name_of(c.digest) << " [label=\"" << to_hex(c.digest).substr(0, 6) << "\\n.."
        << author.substr(author.size() - 4);
    if (c.commit_position) out << "\\n#" << *c.commit_position;
    out << "\", fillcolor=\""
        << (is_anchor(c)      ? "orange"
                : c.committed ? "palegreen"
                              : "white")
        << '"' << (is_anchor(c) ? ", peripheries=2" : "") << "];\n";
}

} // namespace

void draw(std::ostream& out, database& db, std::uint64_t first, std::uint64_t last)
{
    out << "digraph dag {\n  rankdir=RL;\n  node [shape=box, style=filled, fontsize=10];\n";
    auto before = std::set<hash32>{};
    db.read([&](auto& view) {
        for (auto round = first; round <= last; ++round) {
            auto const all = view[certificates].prefix(round).tolerate(leave_out{}).to_vector();
            out << "  subgraph round_" << round << " {\n    rank=same;\n    \"r" << round
                << "\" [label=\"round " << round << "\", shape=plaintext, style=\"\"];\n";
            for (auto const& c : all) draw_node(out, c);
            out << "  }\n";
            for (auto const& c : all)
                for (auto const& parent : c.parents)
                    if (before.count(parent) != 0)
                        out << "  " << name_of(c.digest) << " -> " << name_of(parent) << ";\n";
            for (auto const& c : all) before.insert(c.digest);
        }
    });
    out << "}\n";
}

} // namespace sequencer
