// SPDX-License-Identifier: BSL-1.0
// Processes, by /proc, pidfd and fork.
#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>

namespace executor {

namespace {

[[noreturn]] void fail(std::string const& what, int code = errno)
{
    throw std::system_error{code, std::generic_category(), what};
}

/// A file descriptor that closes itself.
class descriptor {
public:
    explicit descriptor(int number) : number_{number} {}
    ~descriptor()
    {
        if (number_ >= 0) ::close(number_);
    }
    descriptor(descriptor const&) = delete;
    descriptor& operator=(descriptor const&) = delete;

    [[nodiscard]] int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

/// The text of a file of /proc; nothing if the process is not there.
std::optional<std::string> read_proc(std::string const& path)
{
    auto const file = descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.get() < 0) {
        if (errno == ENOENT) return std::nullopt;
        fail(path);
    }
    auto text = std::string(4096, '\0');
    auto const size = ::read(file.get(), text.data(), text.size());
    if (size < 0) {
        if (errno == ESRCH) return std::nullopt;
        fail(path);
    }
    text.resize(static_cast<std::size_t>(size));
    return text;
}

/// The fields behind the name, which may hold spaces and parentheses itself; [0] is the state.
std::vector<std::string_view> fields_of(std::string_view stat)
{
    auto fields = std::vector<std::string_view>{};
    auto const name_end = stat.rfind(')');
    if (name_end == std::string_view::npos) return fields;
    for (auto at = name_end + 1; at < stat.size();) {
        auto const begin = stat.find_first_not_of(" \n", at);
        if (begin == std::string_view::npos) break;
        at = std::min(stat.find_first_of(" \n", begin), stat.size());
        fields.push_back(stat.substr(begin, at - begin));
    }
    return fields;
}

constexpr auto start_time_field = std::size_t{22 - 3}; // proc(5) counts from 1, the state is 3

std::string const& boot_id()
{
    static auto const text = [] {
        auto found = read_proc("/proc/sys/kernel/random/boot_id");
        if (!found) fail("/proc/sys/kernel/random/boot_id", ENOENT);
        while (!found->empty() && found->back() == '\n') found->pop_back();
        return *found;
    }();
    return text;
}

/// Collects `pid` if it is a child of ours that has ended.
void collect(pid_t pid)
{
    while (::waitpid(pid, nullptr, WNOHANG) < 0 && errno == EINTR) {}
}

int open_process(pid_t pid)
{
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

/// Waits for the end of the process; whether it came in time.
bool has_ended(int process, std::chrono::nanoseconds patience)
{
    auto const deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        auto event = pollfd{process, POLLIN, 0};
        auto const ready = ::poll(&event, 1, static_cast<int>(std::max<long>(left.count(), 0)));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) fail("poll of a process");
        if (ready == 0) return false;
    }
}

std::vector<char*> pointers_to(std::vector<std::string> const& texts)
{
    auto result = std::vector<char*>{};
    for (auto const& text : texts) result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

/// Blocks every signal for this thread while it lives.
class signals_held {
public:
    signals_held()
    {
        auto all = sigset_t{};
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~signals_held() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    signals_held(signals_held const&) = delete;
    signals_held& operator=(signals_held const&) = delete;

private:
    sigset_t before_{};
};

/// What the child does. Only calls that are allowed after a fork of a process with threads; every
/// descriptor but the gate goes at once, above all its own copy of the gate's other end, without
/// which it would never see our death.
[[noreturn]] void be_child(
    int gate, int log, int null, char const* program, char* const* arguments,
    char* const* environment)
{
    constexpr auto complaint = std::string_view{"the program cannot be executed\n"};
    ::setsid();
    ::dup2(null, 0);
    ::dup2(log, 1);
    ::dup2(log, 2);
    ::dup2(gate, 3);
    if (::syscall(SYS_close_range, 4U, ~0U, 0U) != 0)
        for (int number = 4; number < 65'536; ++number) ::close(number); // before Linux 5.9
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    auto none = sigset_t{};
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    auto byte = char{};
    auto size = ssize_t{};
    do size = ::read(3, &byte, 1);
    while (size < 0 && errno == EINTR);
    if (size != 1) ::_exit(0);
    ::close(3);
    ::execve(program, arguments, environment);
    [[maybe_unused]] auto const ignored = ::write(2, complaint.data(), complaint.size());
    ::_exit(127);
}

/// A descriptor above the standard ones and the one that the child uses.
int above_standard(int number, std::string const& what)
{
    auto const plain = descriptor{number};
    if (plain.get() < 0) fail(what);
    auto const high = ::fcntl(plain.get(), F_DUPFD_CLOEXEC, 10);
    if (high < 0) fail(what);
    return high;
}

int open_above(std::string const& path, int flags)
{
    return above_standard(::open(path.c_str(), flags | O_CLOEXEC, 0640), path);
}

/// The two ends of the gate. Sockets, since writing to a pipe without a reader is a signal.
std::pair<int, int> open_gate()
{
    auto ends = std::array<int, 2>{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        fail("a gate for a process");
    auto other = descriptor{ends[1]};
    auto inner = descriptor{above_standard(ends[0], "a gate for a process")};
    auto const outer = above_standard(other.release(), "a gate for a process");
    return {inner.release(), outer};
}

} // namespace

std::optional<process_identity> identify(pid_t pid)
{
    if (pid <= 0) return std::nullopt;
    auto const stat = read_proc("/proc/" + std::to_string(pid) + "/stat");
    if (!stat) return std::nullopt;
    auto const fields = fields_of(*stat);
    if (fields.size() <= start_time_field) fail("/proc/" + std::to_string(pid) + "/stat", EPROTO);
    if (fields[0] == "Z" || fields[0] == "X") return std::nullopt;
    auto result = process_identity{pid, 0, boot_id()};
    auto const text = fields[start_time_field];
    auto const [end, fault] = std::from_chars(
        text.data(), text.data() + text.size(), result.start_time);
    if (fault != std::errc{} || end != text.data() + text.size())
        fail("/proc/" + std::to_string(pid) + "/stat", EPROTO);
    return result;
}

bool is_running(process_identity const& who)
{
    if (identify(who.pid) == who) return true;
    if (who.pid > 0 && who.boot_id == boot_id()) collect(who.pid);
    return false;
}

void end_process(process_identity const& who, int signal, std::chrono::nanoseconds patience)
{
    if (who.pid <= 0) return;
    auto const process = descriptor{open_process(who.pid)};
    if (process.get() < 0) {
        if (errno == ESRCH) return;
        fail("pidfd_open");
    }
    if (!is_running(who)) return; // and the descriptor, opened before, is of this very process
    for (auto const each : {signal, SIGKILL}) {
        if (::syscall(SYS_pidfd_send_signal, process.get(), each, nullptr, 0) != 0
            && errno != ESRCH)
            fail("a signal to process " + std::to_string(who.pid));
        if (has_ended(process.get(), each == SIGKILL ? std::chrono::seconds{10} : patience)) {
            collect(who.pid);
            return;
        }
    }
    fail("the end of process " + std::to_string(who.pid), ETIMEDOUT);
}

gated_process::gated_process(launch const& what)
{
    auto words = std::vector{what.program};
    words.insert(words.end(), what.arguments.begin(), what.arguments.end());
    auto const arguments = pointers_to(words);
    auto const environment = pointers_to(what.environment);
    auto const log = descriptor{open_above(what.log, O_WRONLY | O_CREAT | O_APPEND)};
    auto const null = descriptor{open_above("/dev/null", O_RDONLY)};
    auto const [inner_end, outer_end] = open_gate();
    auto const inner = descriptor{inner_end};
    gate_ = outer_end;
    auto const held = signals_held{}; // until the child has forgotten our handlers
    auto const pid = ::fork();
    if (pid == 0)
        be_child(
            inner.get(), log.get(), null.get(), what.program.c_str(), arguments.data(),
            environment.data());
    auto const code = errno;
    if (pid < 0) {
        ::close(gate_);
        fail("fork", code);
    }
    identity_ = identify(pid).value_or(process_identity{pid, 0, boot_id()});
}

gated_process::~gated_process()
{
    if (gate_ < 0) return;
    ::close(gate_);
    while (::waitpid(identity_.pid, nullptr, 0) < 0 && errno == EINTR) {}
}

void gated_process::release()
{
    auto const gate = descriptor{std::exchange(gate_, -1)};
    auto const byte = char{1};
    while (::send(gate.get(), &byte, 1, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

} // namespace executor
