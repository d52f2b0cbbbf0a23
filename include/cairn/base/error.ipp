// SPDX-License-Identifier: BSL-1.0
// Errors: what they say, and how one is thrown by its code.
#pragma once

#include <cairn/base/error.hpp>

#include <new>
#include <typeinfo>

namespace cairn::inline v0 {

namespace detail {

inline std::string compose_text(errc code, error_details const& details)
{
    auto text = std::string{"cairn: "}.append(to_string(code));
    if (!details.model.empty()) text.append(": ").append(details.model);
    if (!details.key.empty()) text.append(" '").append(details.key).append("'");
    if (!details.index.empty()) text.append(" [").append(details.index).append("]");
    if (!details.message.empty()) text.append(": ").append(details.message);
    for (auto const& note : details.notes) text.append("\n  ").append(note);
    if (details.native_code != 0 || !details.native_text.empty()) {
        text.append(" (native ").append(std::to_string(details.native_code)).append(": ");
        text.append(details.native_text).append(")");
    }
    return text;
}

} // namespace detail

struct error::state {
    std::string text;
    error_details details;
};

CAIRN_INLINE error::error(errc code, error_details details) noexcept
    : code_{code}, outcome_{details.outcome}
{
    try {
        auto text = detail::compose_text(code, details);
        state_ = std::make_shared<state const>(state{std::move(text), std::move(details)});
    } catch (...) { // NOLINT(bugprone-empty-catch): out of memory
    }
}

CAIRN_INLINE error_details const& error::details() const noexcept
{
    static auto const none = error_details{};
    return state_ ? state_->details : none;
}

CAIRN_INLINE char const* error::what() const noexcept
{
    return state_ ? state_->text.c_str() : to_string(code_).data();
}

[[noreturn]] CAIRN_INLINE void raise(errc code, error_details details)
{
    switch (code) {
    case errc::not_found: throw not_found{std::move(details)};
    case errc::already_exists: throw already_exists{std::move(details)};
    case errc::unique_conflict: throw unique_conflict{std::move(details)};
    case errc::invalid_transition: throw invalid_transition{std::move(details)};
    case errc::invalid_argument: throw invalid_argument{std::move(details)};
    case errc::misuse: throw misuse{std::move(details)};
    case errc::store_closed: throw store_closed{std::move(details)};
    case errc::store_locked: throw store_locked{std::move(details)};
    case errc::store_poisoned: throw store_poisoned{std::move(details)};
    case errc::busy: throw busy{std::move(details)};
    case errc::outcome_unknown: throw outcome_unknown{std::move(details)};
    case errc::snapshot_expired: throw snapshot_expired{std::move(details)};
    case errc::limit_exceeded: throw limit_exceeded{std::move(details)};
    case errc::schema_mismatch: throw schema_mismatch{std::move(details)};
    case errc::newer_version: throw newer_version{std::move(details)};
    case errc::corrupt_record: throw corrupt_record{std::move(details)};
    case errc::corrupt_store: throw corrupt_store{std::move(details)};
    case errc::disk_full: throw disk_full{std::move(details)};
    case errc::io_failure: throw io_failure{std::move(details)};
    case errc::read_only: throw read_only{std::move(details)};
    case errc::out_of_memory: throw out_of_memory{std::move(details)};
    }
    std::terminate();
}

namespace detail {

[[nodiscard]] inline std::exception_ptr copy_of_error(error const& original) noexcept
{
    try {
        raise(original.code(), original.details());
    } catch (error const& copy) {
        if (typeid(copy) == typeid(original)) return std::current_exception();
    } catch (...) { // NOLINT(bugprone-empty-catch): out of memory
    }
    return nullptr;
}

[[nodiscard]] CAIRN_INLINE std::exception_ptr copy_of(std::exception_ptr const& failure) noexcept
{
    auto copy = std::exception_ptr{};
    try {
        if (failure) std::rethrow_exception(failure);
    } catch (error const& original) {
        copy = copy_of_error(original);
    } catch (std::bad_alloc const&) {
        copy = std::make_exception_ptr(std::bad_alloc{});
    } catch (...) { // NOLINT(bugprone-empty-catch): of a type that is not known here
    }
    return copy ? copy : failure;
}

} // namespace detail

} // namespace cairn::inline v0
