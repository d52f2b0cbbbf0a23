// SPDX-License-Identifier: BSL-1.0
// The commands `run` and `committee`: a node, and a driver in another process.
#include "commands.hpp"

#include "convert.hpp"
#include "driver.hpp"
#include "opening.hpp"
#include "progress.hpp"

#include <array>
#include <cstring>
#include <iostream>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sequencer {

namespace {

[[noreturn]] void fail(char const* what)
{
    throw std::system_error{errno, std::generic_category(), what};
}

/// Beside a store in memory it is in memory, too: a node that begins anew may sign anew.
std::string witness_of(command_options const& options)
{
    if (!options.witness.empty()) return options.witness;
    return options.file.empty() ? "" : options.file + ".witness";
}

std::vector<std::string> committee_command(command_options const& options, int socket)
{
    auto const& c = options.committee;
    auto result = std::vector<std::string>{
        "sequencer",
        "committee",
        "--socket",
        std::to_string(socket),
        "--validators",
        std::to_string(c.validators),
        "--seed",
        std::to_string(c.seed),
        "--transactions",
        std::to_string(c.most_transactions),
        "--transaction-size",
        std::to_string(c.largest_transaction),
        "--rounds",
        std::to_string(options.rounds)};
    auto const file = witness_of(options);
    if (!file.empty()) result.insert(result.end(), {"--witness", file});
    return result;
}

/// The committee in a process of its own; it ends when its socket is closed.
class committee_process {
public:
    explicit committee_process(command_options const& options)
    {
        auto ends = std::array<int, 2>{};
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) fail("socketpair");
        auto const arguments = committee_command(options, ends[1]);
        auto pointers = std::vector<char*>{};
        for (auto const& each : arguments) pointers.push_back(const_cast<char*>(each.c_str()));
        pointers.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ < 0) fail("fork");
        if (pid_ == 0) {
            ::close(ends[0]);
            ::execv("/proc/self/exe", pointers.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        socket_ = ends[0];
    }
    ~committee_process()
    {
        if (socket_ >= 0) ::close(socket_);
        if (pid_ > 0) wait();
    }
    committee_process(committee_process const&) = delete;
    committee_process& operator=(committee_process const&) = delete;

    /// The node's end, which is the caller's to close from now on.
    [[nodiscard]] int take_socket() { return std::exchange(socket_, -1); }

    /// Its exit code; the channel must be closed before.
    int wait()
    {
        auto status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : internal_error;
    }

private:
    pid_t pid_ = -1;
    int socket_ = -1;
};

void print_start(node const& self, std::chrono::nanoseconds took)
{
    auto const& state = self.state();
    std::cout << "recovered: " << self.recovery().applied() << " records, " << state.graph().size()
              << " certificates, highest round " << state.position() << ", "
              << state.graph().committed_count()
              << " committed, took_ms=" << std::chrono::duration<double, std::milli>{took}.count()
              << std::endl;
    if (self.was_recounted())
        std::cout << "metadata: damaged or gone, counted anew from the records" << std::endl;
    std::cout << "strategy: " << to_string(self.recovery().asked)
              << ", used: " << to_string(self.recovery().used);
    if (auto const used = self.recovery().checkpoint) std::cout << ", checkpoint " << *used;
    std::cout << std::endl;
    for (auto const& each : self.recovery().refused)
        std::cout << "refused: checkpoint " << each.number << ": " << each.reason << std::endl;
    for (auto const& each : self.recovery().quarantined)
        std::cout << "quarantined: " << each.key << ": " << each.reason << std::endl;
}

void print_end(node const& self)
{
    auto const& state = self.state();
    std::cout << "done: highest round " << state.position() << ", " << state.graph().size()
              << " certificates, " << state.graph().committed_count() << " committed, "
              << state.order().anchors().size() << " anchors, " << self.waiting() << " waiting, "
              << self.given_up() << " given up" << std::endl;
}

node start_node(database& db, command_options const& options)
{
    auto const members = committee::simulated(options.committee.validators, options.committee.seed);
    auto shown = progress{"recovering", options.quiet};
    return node{
        db,
        {.members = members, .self = members.member(0), .checkpoints = options.checkpoints},
        options.strategy,
        [&](auto const& at) { shown.at(at); }};
}

bool serve_committee(command_options const& options, committee_process& others, node& self)
{
    auto talk = channel{others.take_socket()};
    auto shown = progress{"rounds", options.quiet};
    return serve(talk, self, [&](std::uint64_t round) { shown.at(round, options.rounds); });
}

int code_of(node const& self, int committee_code, bool is_complete)
{
    if (committee_code != all_well) return committee_code;
    return self.state().is_damaged() || !is_complete ? not_sound : all_well;
}

/// What is said of the run matters more than a store that could not be closed in order.
int close_store(database& db, int code)
{
    try {
        db.close();
    } catch (cairn::error const& fault) {
        if (code == all_well) throw;
        std::cerr << "sequencer: " << fault.what() << '\n';
    }
    return code;
}

} // namespace

int run_node(command_options const& options)
{
    auto const begin = std::chrono::steady_clock::now();
    // Before the store is opened: a forked child must not hold what is the store's.
    auto others = committee_process{options};
    auto db = open_store(options);
    auto self = start_node(*db, options);
    print_start(self, std::chrono::steady_clock::now() - begin);
    auto const is_complete = serve_committee(options, others, self);
    auto const code = code_of(self, others.wait(), is_complete);
    print_end(self);
    return close_store(*db, code);
}

int run_committee(command_options const& options)
{
    auto to_node = channel{options.socket};
    auto seen = witness{options.witness};
    auto const report = drive(to_node, simulation{options.committee}, seen, options.rounds);
    for (auto const& each : report.complaints) std::cout << "committee: " << each << std::endl;
    if (report.signed_twice != 0) return signed_twice;
    return report.complaints.empty() ? all_well : not_sound;
}

} // namespace sequencer
