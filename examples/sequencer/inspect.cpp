// SPDX-License-Identifier: BSL-1.0
// Certificates and batches looked at alone.
#include "inspect.hpp"

#include "digest.hpp"

#include <bit>
#include <numeric>

namespace sequencer {

namespace {

std::size_t count_bits(bytes const& bitmap)
{
    return std::accumulate(
        bitmap.begin(), bitmap.end(), std::size_t{0}, [](std::size_t sum, std::byte each) {
            return sum + static_cast<std::size_t>(std::popcount(std::to_integer<unsigned>(each)));
        });
}

bool is_bitmap_of(bytes const& bitmap, std::size_t members)
{
    if (bitmap.size() != (members + 7) / 8) return false;
    auto const used = members % 8;
    return used == 0 || (std::to_integer<unsigned>(bitmap.back()) >> used) == 0;
}

} // namespace

fault inspect(certificate const& c, committee const& members)
{
    if (!members.index_of(c.author)) return fault::unknown_author;
    auto const signature = c.aggregated_signature.size();
    if (signature != 48 && signature != 96) return fault::malformed;
    if (!is_bitmap_of(c.signers, members.size())) return fault::malformed;
    if (count_bits(c.signers) < members.quorum()) return fault::too_few_signers;
    if (c.committed != c.committed_at_round.has_value()
        || c.committed != c.commit_position.has_value())
        return fault::malformed;
    return digest_of(c) == c.digest ? fault::none : fault::digest_mismatch;
}

fault inspect(batch const& b)
{
    auto const size = std::accumulate(
        b.transactions.begin(), b.transactions.end(), std::size_t{0},
        [](std::size_t sum, batch_transaction const& each) { return sum + each.data.size(); });
    if (b.transactions.size() > most_batch_transactions || size > most_batch_bytes)
        return fault::malformed;
    if (b.transaction_count != b.transactions.size() || b.size_bytes != size)
        return fault::malformed;
    return digest_of(b) == b.digest ? fault::none : fault::digest_mismatch;
}

bytes bitmap_of(std::span<std::uint16_t const> signers, std::size_t members)
{
    auto bitmap = bytes((members + 7) / 8);
    for (auto const signer : signers) bitmap[signer / 8U] |= std::byte{1} << signer % 8U;
    return bitmap;
}

} // namespace sequencer
