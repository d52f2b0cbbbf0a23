// SPDX-License-Identifier: BSL-1.0
// Progress on standard error.
#include "progress.hpp"

#include <cstdio>
#include <unistd.h>

namespace sequencer {

namespace {

constexpr auto width = std::uint64_t{40};
constexpr auto step_of_lines = std::uint64_t{10}; ///< percent

} // namespace

progress::progress(std::string what, bool is_quiet)
    : what_{std::move(what)}, is_quiet_{is_quiet},
      is_terminal_{::isatty(STDERR_FILENO) == 1}, name_{what_}
{
}

progress::~progress()
{
    if (bar_is_open_) std::fputc('\n', stderr);
}

void progress::begin(std::string_view step)
{
    if (bar_is_open_) std::fputc('\n', stderr);
    bar_is_open_ = false;
    shown_ = 0;
    step_ = step;
    name_ = step.empty() ? what_ : what_ + ", " + step_;
}

void progress::at(cairn::recovery_progress const& recovery)
{
    auto const phase = std::string{cairn::to_string(recovery.phase)};
    at(phase + " " + std::string{recovery.subject}, recovery.done, recovery.total);
}

void progress::at(std::string_view step, std::uint64_t done, std::uint64_t total)
{
    if (is_quiet_ || total == 0) return;
    if (step != step_ || done < done_) begin(step);
    done_ = done;
    auto const percent = done >= total ? 100 : done * 100 / total;
    auto const least = is_terminal_ ? 1 : step_of_lines;
    if (percent < shown_ + least && !(percent == 100 && shown_ != 100)) return;
    shown_ = percent;
    bar_is_open_ = is_terminal_;
    if (is_terminal_) return draw_bar(percent);
    std::fprintf(
        stderr, "%s: %llu of %llu (%llu %%)\n", name_.c_str(),
        static_cast<unsigned long long>(done), static_cast<unsigned long long>(total),
        static_cast<unsigned long long>(percent));
}

void progress::draw_bar(std::uint64_t percent) const
{
    auto const full = percent * width / 100;
    auto const bar = std::string(full, '#') + std::string(width - full, '.');
    std::fprintf(
        stderr, "\r%s [%s] %3llu %%", name_.c_str(), bar.c_str(),
        static_cast<unsigned long long>(percent));
    std::fflush(stderr);
}

} // namespace sequencer
