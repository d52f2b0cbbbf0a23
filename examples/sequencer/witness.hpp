// SPDX-License-Identifier: BSL-1.0
// What the committee remembers of a node: its first certificate of each round.
#pragma once

#include "types.hpp"

#include <cstdio>
#include <map>
#include <memory>
#include <string>

namespace sequencer {

/// In a file it outlives both processes, so that a second certificate is seen whenever it comes.
class witness {
public:
    /// Reads the file, or begins one. A last line that was cut off is dropped. Without a path it
    /// is in memory only, as is fit beside a node whose store is.
    /// @errors `std::runtime_error` if it cannot be read or written.
    explicit witness(std::string const& path);

    /// Notes a node's certificate; false if another of the same round was seen first. Digest and
    /// signature are compared: what is signed twice differs in one of them.
    bool saw(certificate const& c);

    /// The first one of this round.
    [[nodiscard]] std::optional<certificate> of_round(std::uint64_t round) const;
    [[nodiscard]] std::optional<std::uint64_t> last_round() const;

private:
    struct close_file {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    void read(std::string const& path);

    std::map<std::uint64_t, certificate> first_{};
    std::unique_ptr<std::FILE, close_file> out_{};
};

} // namespace sequencer
