// SPDX-License-Identifier: BSL-1.0
// The committee's memory of a node's certificates.
#include "witness.hpp"

#include "wire.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace sequencer {

witness::witness(std::string const& path)
{
    if (path.empty()) return;
    read(path);
    out_.reset(std::fopen(path.c_str(), "a"));
    if (!out_) throw std::system_error{errno, std::generic_category(), path};
}

void witness::read(std::string const& path)
{
    if (!std::filesystem::exists(path)) return;
    auto in = std::ifstream{path};
    auto line = std::string{};
    auto whole = std::uintmax_t{0};
    while (std::getline(in, line) && !in.eof()) {
        for (auto& each : from_line(line).certificates) {
            auto const round = each.round;
            first_.emplace(round, std::move(each));
        }
        whole += line.size() + 1;
    }
    if (in.bad()) throw std::runtime_error{path + " cannot be read"};
    std::filesystem::resize_file(path, whole);
}

bool witness::saw(certificate const& c)
{
    auto const [at, is_first] = first_.emplace(c.round, c);
    if (!is_first)
        return at->second.digest == c.digest
            && at->second.aggregated_signature == c.aggregated_signature;
    if (!out_) return true;
    auto const line = to_line(
        {.kind = message_kind::proposal, .round = c.round, .certificates = {c}});
    if (std::fputs(line.c_str(), out_.get()) < 0 || std::fflush(out_.get()) != 0)
        throw std::system_error{errno, std::generic_category(), "the witness cannot be written"};
    return true;
}

std::optional<certificate> witness::of_round(std::uint64_t round) const
{
    auto const found = first_.find(round);
    if (found == first_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::uint64_t> witness::last_round() const
{
    if (first_.empty()) return std::nullopt;
    return first_.rbegin()->first;
}

} // namespace sequencer
