// SPDX-License-Identifier: BSL-1.0
// How far something is: a bar on a terminal, a few plain lines anywhere else.
#pragma once

#include <cairn/recovery/report.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace sequencer {

/// Writes to standard error, so that standard output is for results.
class progress {
public:
    explicit progress(std::string what, bool is_quiet = false);
    ~progress();
    progress(progress const&) = delete;
    progress& operator=(progress const&) = delete;

    void at(std::uint64_t done, std::uint64_t total) { at({}, done, total); }
    /// Of one step of several; each begins anew, and so does one that goes back.
    void at(std::string_view step, std::uint64_t done, std::uint64_t total);
    void at(cairn::recovery_progress const& recovery);

private:
    void begin(std::string_view step);
    void draw_bar(std::uint64_t percent) const;

    std::string what_;
    bool is_quiet_;
    bool is_terminal_;
    std::string name_{}; ///< of what, and of which step
    std::string step_{};
    std::uint64_t done_ = 0;
    std::uint64_t shown_ = 0; ///< percent
    bool bar_is_open_ = false;
};

} // namespace sequencer
