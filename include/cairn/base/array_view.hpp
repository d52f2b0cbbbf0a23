// SPDX-License-Identifier: BSL-1.0
// A view of an array that costs a compiler next to nothing.
#pragma once

#include <cstddef>
#include <type_traits>

namespace cairn::inline v0 {

/// Some objects that lie one behind the other; owns nothing. What `std::span<T const>` is, without
/// the question whether something is a range: asked for the first time of one more type, it costs
/// a compiler about 10 ms (g++ 12), and every program would ask it of a dozen.
template <class T>
class array_view {
public:
    constexpr array_view() = default;
    constexpr array_view(T const* first, std::size_t size) : first_{first}, size_{size} {}

    /// Of whatever has its elements in one piece: a `std::array`, vector or span. It may be a
    /// temporary, for an argument.
    template <class Container>
        requires requires(Container const& all)
        {
            requires std::is_same_v<std::remove_cvref_t<decltype(*all.data())>, T>;
            all.size();
        }
    constexpr array_view(Container const& all) : first_{all.data()}, size_{all.size()} {}
    template <std::size_t N>
    constexpr array_view(T const (&all)[N]) : first_{all}, size_{N}
    {
    }

    [[nodiscard]] constexpr T const* data() const { return first_; }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }
    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
    [[nodiscard]] constexpr T const* begin() const { return first_; }
    [[nodiscard]] constexpr T const* end() const { return first_ + size_; }
    [[nodiscard]] constexpr T const& operator[](std::size_t i) const { return first_[i]; }
    [[nodiscard]] constexpr T const& front() const { return first_[0]; }
    [[nodiscard]] constexpr T const& back() const { return first_[size_ - 1]; }
    [[nodiscard]] constexpr array_view first(std::size_t n) const { return {first_, n}; }

private:
    T const* first_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace cairn::inline v0
