// SPDX-License-Identifier: BSL-1.0
// How a state says that it will not take a record, and how a checkpoint is found to be unusable.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace cairn::inline v0 {

/// Thrown by `refuse`. While a state is recovered it means that the record is left out and
/// reported; elsewhere it is an exception like any other.
class record_refused final : public std::exception {
public:
    explicit record_refused(std::string reason) : reason_{std::move(reason)} {}

    [[nodiscard]] char const* what() const noexcept override { return reason_.c_str(); }

private:
    std::string reason_;
};

/// Called by a state's `apply` for a record that is not valid, before it has changed anything.
[[noreturn]] inline void refuse(std::string reason)
{
    throw record_refused{std::move(reason)};
}

namespace detail {

/// A checkpoint cannot be used, and another may.
class checkpoint_refused final : public std::exception {
public:
    explicit checkpoint_refused(std::string reason) : reason_{std::move(reason)} {}

    [[nodiscard]] char const* what() const noexcept override { return reason_.c_str(); }

private:
    std::string reason_;
};

[[noreturn]] inline void refuse_checkpoint(std::string reason)
{
    throw checkpoint_refused{std::move(reason)};
}

} // namespace detail

} // namespace cairn::inline v0
