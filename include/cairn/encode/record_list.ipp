// SPDX-License-Identifier: BSL-1.0
// Records without their type: made, moved and ended by the functions of their model.
#pragma once

#include <cairn/encode/record_list.hpp>

#include <cstddef>
#include <new>

namespace cairn::inline v0::detail {

CAIRN_INLINE record_list::~record_list()
{
    truncate(0);
    deallocate(data_);
}

CAIRN_INLINE void* record_list::append()
{
    if (size_ == capacity_) reserve(2 * size_ + 1);
    auto* const made = at(size_);
    type_->make(made);
    ++size_;
    return made;
}

CAIRN_INLINE void record_list::truncate(std::size_t size)
{
    while (size_ > size) type_->end(at(--size_));
}

CAIRN_INLINE void record_list::reserve(std::size_t size)
{
    if (size <= capacity_) return;
    auto* const data = allocate(size);
    move_to(data);
    capacity_ = size;
}

CAIRN_INLINE std::byte* record_list::allocate(std::size_t records) const
{
    if (records > static_cast<std::size_t>(-1) / type_->size) throw std::bad_alloc{};
    return static_cast<std::byte*>(
        ::operator new (records * type_->size, std::align_val_t{type_->alignment}));
}

CAIRN_INLINE void record_list::deallocate(std::byte* data) const noexcept
{
    ::operator delete (data, std::align_val_t{type_->alignment});
}

CAIRN_INLINE void record_list::end_all(std::byte* first, std::size_t count) const noexcept
{
    for (std::size_t i = 0; i != count; ++i) type_->end(first + i * type_->size);
}

/// Every record is moved before any is ended, so that one whose move throws leaves none half gone:
/// then all are ended.
CAIRN_INLINE void record_list::move_to(std::byte* data)
{
    auto moved = std::size_t{0};
    try {
        for (; moved != size_; ++moved) type_->move(at(moved), data + moved * type_->size);
    } catch (...) {
        end_all(data, moved);
        deallocate(data);
        truncate(0);
        throw;
    }
    end_all(data_, size_);
    deallocate(std::exchange(data_, data));
}

CAIRN_INLINE void with_blank(record_type const& type, record_type::use_record use)
{
    alignas(std::max_align_t) std::byte near[512]; // most records, without an allocation
    if (type.size > sizeof near || type.alignment > alignof(std::max_align_t)) {
        auto one = record_list{type};
        return use(one.append());
    }
    struct made {
        explicit made(record_type const& by, void* at) : type{by}, record{at} { type.make(at); }
        made(made const&) = delete;
        made& operator=(made const&) = delete;
        ~made() { type.end(record); }

        record_type const& type;
        void* record;
    };
    auto const one = made{type, near};
    use(one.record);
}

} // namespace cairn::inline v0::detail
