// SPDX-License-Identifier: BSL-1.0
// Every error that Cairn throws: one class per reason, all derived from `cairn::error`.
#pragma once

#include <cairn/base/config.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

/// The reasons, in the order of the documentation; the numbers are stable.
enum class errc : std::uint8_t {
    not_found = 1,
    already_exists,
    unique_conflict,
    invalid_transition,
    invalid_argument,
    misuse,
    store_closed,
    store_locked,
    store_poisoned,
    busy,
    outcome_unknown,
    snapshot_expired,
    limit_exceeded,
    schema_mismatch,
    newer_version,
    corrupt_record,
    corrupt_store,
    disk_full,
    io_failure,
    read_only,
    out_of_memory,
};

[[nodiscard]] constexpr std::string_view to_string(errc code)
{
    constexpr std::string_view names[] = {
        "",
        "not_found",
        "already_exists",
        "unique_conflict",
        "invalid_transition",
        "invalid_argument",
        "misuse",
        "store_closed",
        "store_locked",
        "store_poisoned",
        "busy",
        "outcome_unknown",
        "snapshot_expired",
        "limit_exceeded",
        "schema_mismatch",
        "newer_version",
        "corrupt_record",
        "corrupt_store",
        "disk_full",
        "io_failure",
        "read_only",
        "out_of_memory"};
    return names[static_cast<std::size_t>(code)];
}

/// What is known of a write that threw.
enum class write_outcome : std::uint8_t {
    not_committed, ///< nothing of it is stored
    unknown,       ///< the commit itself failed: reopen the store and look
};

/// What an error can tell; every part may be empty.
struct error_details {
    std::string message{};            ///< one sentence for a person, no values of fields
    std::string model{};              ///< the entity's name
    std::string key{};                ///< the record's key as a path, secret fields masked
    std::string index{};              ///< the index, unique, member or file that is concerned
    int native_code = 0;              ///< SQLite's extended result code, or errno
    std::string native_text{};        ///< the same in words, verbatim
    std::vector<std::string> notes{}; ///< e.g. each difference of a schema, or who holds the lock
    write_outcome outcome = write_outcome::not_committed;
};

/// The base of all errors. Copying it never throws, nor does making it: where there is no memory
/// left for its details, an error has its code and its outcome, and says no more.
class error : public std::exception {
public:
    error(errc code, error_details details) noexcept;
    error(error const&) = default; // and no move: what was moved from would have no text
    error& operator=(error const&) = default;
    ~error() override = default;

    [[nodiscard]] errc code() const noexcept { return code_; }
    [[nodiscard]] std::string const& message() const noexcept { return details().message; }
    [[nodiscard]] std::string const& model() const noexcept { return details().model; }
    [[nodiscard]] std::string const& key() const noexcept { return details().key; }
    [[nodiscard]] std::string const& index() const noexcept { return details().index; }
    [[nodiscard]] int native_code() const noexcept { return details().native_code; }
    [[nodiscard]] std::string const& native_text() const noexcept { return details().native_text; }
    [[nodiscard]] std::vector<std::string> const& notes() const noexcept { return details().notes; }
    [[nodiscard]] write_outcome outcome() const noexcept { return outcome_; }
    [[nodiscard]] error_details const& details() const noexcept;
    [[nodiscard]] char const* what() const noexcept override;

private:
    struct state;

    errc code_;
    write_outcome outcome_;
    std::shared_ptr<state const> state_; // null without memory
};

/// The error of one reason: `catch (cairn::already_exists const&)`.
template <errc Code>
class error_of final : public error {
public:
    explicit error_of(error_details details) noexcept : error{Code, std::move(details)} {}
};

using not_found = error_of<errc::not_found>;
using already_exists = error_of<errc::already_exists>;
using unique_conflict = error_of<errc::unique_conflict>;
using invalid_transition = error_of<errc::invalid_transition>;
using invalid_argument = error_of<errc::invalid_argument>;
using misuse = error_of<errc::misuse>;
using store_closed = error_of<errc::store_closed>;
using store_locked = error_of<errc::store_locked>;
using store_poisoned = error_of<errc::store_poisoned>;
using busy = error_of<errc::busy>;
using outcome_unknown = error_of<errc::outcome_unknown>;
using snapshot_expired = error_of<errc::snapshot_expired>;
using limit_exceeded = error_of<errc::limit_exceeded>;
using schema_mismatch = error_of<errc::schema_mismatch>;
using newer_version = error_of<errc::newer_version>;
using corrupt_record = error_of<errc::corrupt_record>;
using corrupt_store = error_of<errc::corrupt_store>;
using disk_full = error_of<errc::disk_full>;
using io_failure = error_of<errc::io_failure>;
using read_only = error_of<errc::read_only>;
using out_of_memory = error_of<errc::out_of_memory>;

/// Throws the class that belongs to `code`.
[[noreturn]] void raise(errc code, error_details details);

namespace detail {

/// The same failure in an exception object of its own, for another thread. Threads that share an
/// object share its reference count, which lies in the language's runtime, where no tool that
/// watches threads sees it. Errors of Cairn and `std::bad_alloc` are copied; what else a backend
/// may throw is shared after all.
[[nodiscard]] std::exception_ptr copy_of(std::exception_ptr const& failure) noexcept;

} // namespace detail

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/base/error.ipp>
#endif
