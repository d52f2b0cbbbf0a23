// SPDX-License-Identifier: BSL-1.0
// A reference to something callable, two pointers wide, for the length of one call.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace cairn::inline v0::detail {

template <class Signature>
class function_ref;

/// Refers to a callable that the caller keeps alive; never stored beyond the call it is given to.
template <class Result, class... Args>
class function_ref<Result(Args...)> {
public:
    template <class Callable>
        requires(!std::is_same_v<std::remove_cvref_t<Callable>, function_ref>)
    function_ref(Callable&& callable) // NOLINT: implicit by design
        : object_{const_cast<void*>(static_cast<void const*>(std::addressof(callable)))},
          call_{[](void* object, Args... args) -> Result {
              return (*static_cast<std::remove_reference_t<Callable>*>(object))(
                  std::forward<Args>(args)...);
          }}
    {
    }

    Result operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

private:
    void* object_;
    Result (*call_)(void*, Args...);
};

} // namespace cairn::inline v0::detail
