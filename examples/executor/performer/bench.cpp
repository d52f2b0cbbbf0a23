// SPDX-License-Identifier: BSL-1.0
// Beginning, working, remembering.
#include "bench.hpp"

#include "common/backoff.hpp"
#include "common/hex.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace performer {

namespace {

int open_file(std::string const& path)
{
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

int open_journal(std::string const& path)
{
    auto const file = open_file(path);
    if (file < 0) throw std::system_error{errno, std::generic_category(), path};
    return file;
}

} // namespace

bench::bench(bench_options options)
    : options_{std::move(options)}, journal_{open_journal(options_.journal)}
{
}

bench::~bench()
{
    for (auto& [task, each] : tasks_) each.worker.request_stop();
    tasks_.clear();
    ::close(journal_);
}

/// One line, with one call, so that no kill leaves half of it between others.
void bench::write_journal(hash32 const& task) const
{
    auto const line = to_hex(task) + ' ' + std::to_string(::getpid()) + '\n';
    auto const size = ::write(journal_, line.data(), line.size());
    if (size != static_cast<ssize_t>(line.size()))
        throw std::system_error{size < 0 ? errno : ENOSPC, std::generic_category(), "journal"};
}

/// A journal that is long enough becomes `.1`, and another begins. It is for people, and nothing is
/// decided by it: what has begun is known from `tasks_`. If that fails the old one is written on,
/// and the next begin tries again.
void bench::turn_journal()
{
    struct stat found = {};
    if (::fstat(journal_, &found) != 0) return;
    if (static_cast<std::uint64_t>(found.st_size) < options_.longest_journal) return;
    static_cast<void>(std::rename(options_.journal.c_str(), (options_.journal + ".1").c_str()));
    auto const next = open_file(options_.journal);
    if (next < 0) return;
    ::close(journal_);
    journal_ = next;
}

task_report bench::known(hash32 const& task) const
{
    auto const found = tasks_.find(task);
    return found == tasks_.end() ? task_report{} : found->second.report;
}

bool bench::is_refused(hash32 const& task, std::uint64_t claim) const
{
    auto const limit = refused_.find(task);
    return limit != refused_.end() && claim <= limit->second;
}

/// A claim is refused when the executor has lost patience with its request, which is rare; so the
/// oldest refusal that is dropped here is of a request that has long been over.
void bench::refuse(hash32 const& task, std::uint64_t claim)
{
    refused_[task] = claim;
    refusals_.emplace_back(task, claim);
    if (refusals_.size() <= options_.refusals) return;
    auto const oldest = refusals_.front();
    refusals_.pop_front();
    if (refused_.at(oldest.first) == oldest.second) refused_.erase(oldest.first);
}

task_report bench::begin(hash32 const& task, std::uint64_t claim, bytes payload)
{
    auto const lock = std::lock_guard{guard_};
    if (tasks_.contains(task)) return known(task);
    if (is_refused(task, claim) || running_ >= options_.concurrency) return {};
    turn_journal();
    write_journal(task);
    start(task, std::move(payload));
    return known(task);
}

/// What the journal has begun has begun, also if there is no thread for it.
void bench::start(hash32 const& task, bytes payload)
{
    auto& each = tasks_[task];
    try {
        each.worker = std::jthread{[this, task, payload = std::move(payload)](
                                       std::stop_token const& stop) { work(stop, task, payload); }};
        each.report.state = task_state::running;
        ++running_;
    } catch (std::system_error const& fault) {
        each.report = {.state = task_state::ended, .how = {.error = fault.what()}};
    }
}

void bench::work(std::stop_token const& stop, hash32 const& task, bytes const& payload)
{
    if (!simulate_effort(stop, options_.min_time, options_.max_time)) return;
    auto how = execute(payload);
    auto const lock = std::lock_guard{guard_};
    tasks_.at(task).report = {.state = task_state::ended, .how = std::move(how)};
    --running_;
    changed_.notify_all();
}

task_report bench::resolve(hash32 const& task, std::uint64_t claim)
{
    auto const lock = std::lock_guard{guard_};
    if (!tasks_.contains(task) && !is_refused(task, claim)) refuse(task, claim);
    return known(task);
}

task_report bench::wait(hash32 const& task, std::chrono::milliseconds time)
{
    auto lock = std::unique_lock{guard_};
    changed_.wait_for(lock, time, [&] { return known(task).state != task_state::running; });
    return known(task);
}

/// A task that still runs is kept: to forget it would allow it to begin again.
void bench::forget(hash32 const& task)
{
    auto gone = std::map<hash32, entry>::node_type{}; // joined outside the lock
    auto const lock = std::lock_guard{guard_};
    if (known(task).state == task_state::ended) gone = tasks_.extract(task);
}

std::size_t bench::running() const
{
    auto const lock = std::lock_guard{guard_};
    return running_;
}

} // namespace performer
