// SPDX-License-Identifier: BSL-1.0
// Where the records go that a question finds: a vector of the user's, or a page of a range.
#pragma once

#include <cairn/encode/record_type.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace cairn::inline v0::detail {

/// A growing row of records of one model, by address.
class record_sink {
public:
    record_sink() = default;
    record_sink(record_sink const&) = default;
    record_sink& operator=(record_sink const&) = default;

    /// A new record at the end.
    virtual void* append() = 0;
    [[nodiscard]] virtual void* at(std::size_t i) = 0;
    virtual void truncate(std::size_t size) = 0; ///< to the first `size`
    virtual void reserve(std::size_t size) = 0;
    /// Takes over a `std::vector` of records of the model, if that is what is filled here.
    virtual bool take(void* vector) = 0;

protected:
    ~record_sink() = default;
};

/// A vector of the user's. Growing a vector is most of what a model costs a compiler; it is
/// compiled only where a program asks for one.
template <class Model>
class vector_sink final : public record_sink {
public:
    explicit vector_sink(std::vector<Model>& records) : records_{records} {}

    void* append() override { return &records_.emplace_back(); }
    void* at(std::size_t i) override { return records_.data() + i; }
    void truncate(std::size_t size) override
    {
        while (records_.size() > size) records_.pop_back();
    }
    void reserve(std::size_t size) override { records_.reserve(size); }
    bool take(void* vector) override
    {
        records_ = std::move(*static_cast<std::vector<Model>*>(vector));
        return true;
    }

private:
    std::vector<Model>& records_;
};

/// Records of a model that is known by its `record_type` alone. A copy is empty: what a range has
/// read is not part of its value.
class record_list final : public record_sink {
public:
    explicit record_list(record_type const& type) : type_{&type} {}
    record_list(record_list const& other) noexcept : record_sink{other}, type_{other.type_} {}
    record_list(record_list&& other) noexcept : type_{other.type_} { swap(other); }
    record_list& operator=(record_list other) noexcept
    {
        swap(other);
        return *this;
    }
    ~record_list();

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] void const* operator[](std::size_t i) const { return data_ + i * type_->size; }

    /// @guarantee Basic: if a record cannot be made or moved, the list may be empty.
    void* append() override;
    void* at(std::size_t i) override { return data_ + i * type_->size; }
    void truncate(std::size_t size) override;
    void reserve(std::size_t size) override;
    bool take(void*) override { return false; }

private:
    void swap(record_list& other) noexcept
    {
        std::swap(type_, other.type_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }
    [[nodiscard]] std::byte* allocate(std::size_t records) const;
    void deallocate(std::byte* data) const noexcept;
    void end_all(std::byte* first, std::size_t count) const noexcept;
    void move_to(std::byte* data);

    record_type const* type_;
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

/// Calls `use` with a record that lives as long as the call.
void with_blank(record_type const& type, record_type::use_record use);

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/encode/record_list.ipp>
#endif
