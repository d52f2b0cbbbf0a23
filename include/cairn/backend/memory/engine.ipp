// SPDX-License-Identifier: BSL-1.0
// The functions of engine.hpp: included by it, or compiled once with CAIRN_CARRIER.
#pragma once

#include <cairn/backend/memory/engine.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <mutex>

namespace cairn::inline v0::detail {

CAIRN_INLINE std::size_t memory_engine::column_of(std::uint8_t member) const
{
    auto const at = std::lower_bound(shape_.columns.begin(), shape_.columns.end(), member);
    return static_cast<std::size_t>(at - shape_.columns.begin());
}

/// Appends the columns of `index`; whether all of them have a value.
CAIRN_INLINE bool memory_engine::append_index(
    std::string& out, index_shape const& index, cell const* columns) const
{
    auto complete = true;
    for (auto const member : index.columns()) {
        auto const& value = columns[column_of(member)];
        append_ordered(out, value, shape_.members[member].type);
        complete = complete && !value.is_null();
    }
    return complete;
}

CAIRN_INLINE void memory_engine::append_key(std::string& out, memory_entry const& entry) const
{
    auto fields = std::array<cell, max_index_columns>{};
    entry.key(fields.data());
    for (std::size_t i = 0; i != shape_.key.size; ++i)
        append_ordered(out, fields[i], shape_.members[shape_.key.members[i]].type);
}

CAIRN_INLINE std::string const& memory_engine::bytes_for(
    std::size_t order, memory_entry const& entry, cell const* columns)
{
    bytes_.clear();
    if (order == by_key) {
        append_key(bytes_, entry);
        return bytes_;
    }
    if (order >= first_index) append_index(bytes_, shape_.indexes[order - first_index], columns);
    append_sequence(bytes_, entry.sequence);
    return bytes_;
}

CAIRN_INLINE bool memory_engine::is_taken(index_shape const& index, cell const* columns)
{
    if (!index.unique) return false;
    bytes_.clear();
    if (!append_index(bytes_, index, columns)) return false;
    auto const order = first_index + static_cast<std::size_t>(&index - shape_.indexes.data());
    return content_->orders[order].beginning_with(bytes_) != nullptr;
}

/// Puts `entry`, whose columns are `new_columns_`, into every order.
CAIRN_INLINE void memory_engine::enter(memory_entry& entry)
{
    auto entered = std::size_t{0};
    try {
        for (; entered != content_->orders.size(); ++entered) {
            if (!has(entered)) continue;
            auto& order = content_->orders[entered];
            auto const& bytes = bytes_for(entered, entry, new_columns_.data());
            entry.places[entered] = entered == by_sequence ? order.append(bytes, &entry)
                                                           : order.insert(bytes, &entry);
        }
    } catch (...) {
        leave(entry, entered);
        throw;
    }
}

CAIRN_INLINE void memory_engine::leave(memory_entry& entry, std::size_t orders) noexcept
{
    for (std::size_t i = 0; i != orders; ++i)
        if (has(i)) content_->orders[i].erase(entry.places[i]);
}

CAIRN_INLINE bool memory_engine::add(
    memory_log& log, std::unique_ptr<memory_entry>& fresh, cells key)
{
    fresh->columns(new_columns_.data());
    for (auto const& index : shape_.indexes)
        if (is_taken(index, new_columns_.data())) return false;
    log.make_room();
    content_->buckets.make_room();
    fresh->hash = hash_of(key);
    fresh->sequence = shape_.key.is_sequence ? key[0].as_integer() : next_sequence_;
    enter(*fresh);
    if (!shape_.key.is_sequence) ++next_sequence_;
    content_->buckets.link(*fresh);
    log.push({.what = kind::inserted, .engine = this, .entry = fresh.release()});
    return true;
}

CAIRN_INLINE bool memory_engine::differs(index_shape const& index) const
{
    return std::any_of(index.columns().begin(), index.columns().end(), [&](std::uint8_t member) {
        auto const column = column_of(member);
        return !(old_columns_[column] == new_columns_[column]);
    });
}

CAIRN_INLINE std::vector<std::size_t> memory_engine::changed_orders() const
{
    auto changed = std::vector<std::size_t>{};
    for (std::size_t i = 0; i != shape_.indexes.size(); ++i)
        if (differs(shape_.indexes[i])) changed.push_back(first_index + i);
    return changed;
}

CAIRN_INLINE void memory_engine::write_changed(
    memory_entry& entry, std::vector<std::size_t> const& changed,
    std::vector<entry_order::iterator>& fresh)
{
    fresh.reserve(changed.size());
    try {
        for (auto const order : changed)
            fresh.push_back(content_->orders[order].insert(
                bytes_for(order, entry, new_columns_.data()), &entry));
    } catch (...) {
        for (std::size_t i = 0; i != fresh.size(); ++i)
            content_->orders[changed[i]].erase(fresh[i]);
        throw;
    }
}

CAIRN_INLINE bool memory_engine::replace(
    memory_log& log, memory_entry& entry, std::unique_ptr<memory_entry> holder)
{
    entry.columns(old_columns_.data());
    holder->columns(new_columns_.data());
    auto const changed = changed_orders();
    for (auto const order : changed)
        if (is_taken(shape_.indexes[order - first_index], new_columns_.data())) return false;
    log.make_room();
    auto former = std::vector<memory_place>{};
    former.reserve(changed.size());
    auto fresh = std::vector<entry_order::iterator>{};
    write_changed(entry, changed, fresh);
    for (std::size_t i = 0; i != changed.size(); ++i) {
        auto& place = entry.places[changed[i]];
        former.push_back({changed[i], content_->orders[changed[i]].take(place)});
        place = fresh[i];
    }
    entry.swap_record(*holder);
    log.push(
        {.what = kind::replaced,
         .engine = this,
         .entry = &entry,
         .kept = std::move(holder),
         .places = std::move(former)});
    return true;
}

CAIRN_INLINE void memory_engine::erase(memory_log& log, memory_entry& entry)
{
    log.make_room();
    auto former = std::vector<memory_place>{};
    former.reserve(content_->orders.size());
    for (std::size_t i = 0; i != content_->orders.size(); ++i)
        if (has(i)) former.push_back({i, content_->orders[i].take(entry.places[i])});
    content_->buckets.unlink(entry);
    log.push(
        {.what = kind::erased,
         .engine = this,
         .entry = &entry,
         .kept = std::unique_ptr<memory_entry>{&entry},
         .places = std::move(former)});
}

CAIRN_INLINE std::uint64_t memory_engine::clear(memory_log& log)
{
    auto const count = size();
    log.make_room();
    auto content = std::make_unique<memory_content>(content_->orders.size());
    content.swap(content_);
    log.push({.what = kind::cleared, .engine = this, .content = std::move(content)});
    return count;
}

CAIRN_INLINE void memory_engine::take_back(memory_change& change) noexcept
{
    auto* const entry = change.entry;
    switch (change.what) {
    case kind::inserted:
        leave(*entry, content_->orders.size());
        content_->buckets.unlink(*entry);
        if (!shape_.key.is_sequence) next_sequence_ = entry->sequence;
        delete entry;
        return;
    case kind::erased: content_->buckets.link(*change.kept.release()); break;
    case kind::replaced:
        for (auto const& place : change.places)
            content_->orders[place.order].erase(entry->places[place.order]);
        entry->swap_record(*change.kept);
        break;
    case kind::key_order_built:
        key_order_built_.store(false, std::memory_order_relaxed);
        content_->orders[by_key].clear();
        return;
    case kind::cleared: content_ = std::move(change.content); return;
    }
    for (auto& [order, element] : change.places)
        entry->places[order] = content_->orders[order].put_back(std::move(element));
}

/// The order by key is built when it is first asked for: most tables never ask.
CAIRN_INLINE void memory_engine::build_key_order(memory_log* log)
{
    auto const alone = std::lock_guard{building_};
    if (key_order_built_.load(std::memory_order_acquire)) return;
    auto& order = content_->orders[by_key];
    auto bytes = std::string{};
    try {
        if (log != nullptr) log->make_room();
        auto [next, end] = content_->orders[by_sequence].all();
        for (; next != end; ++next) {
            auto* const entry = entry_order::entry(next);
            bytes.clear();
            append_key(bytes, *entry);
            entry->places[by_key] = order.insert(bytes, entry);
        }
    } catch (...) {
        order.clear();
        throw;
    }
    if (log != nullptr) log->push({.what = kind::key_order_built, .engine = this});
    key_order_built_.store(true, std::memory_order_release);
}

CAIRN_INLINE entry_order const& memory_engine::order_for(memory_log* log, question const& asked)
{
    if (asked.order == ordering::insertion) return content_->orders[by_sequence];
    if (asked.order == ordering::index) return content_->orders[first_index + asked.index];
    if (!key_order_built_.load(std::memory_order_acquire)) build_key_order(log);
    return content_->orders[by_key];
}

CAIRN_INLINE edges memory_engine::edges_for(question const& asked) const
{
    return edges_of(asked, next_may_be_absent(shape_, asked));
}

CAIRN_INLINE memory_engine::found memory_engine::select(
    memory_log* log, question const& asked, position const* after, std::size_t limit)
{
    auto [first, last] = order_for(log, asked).between(edges_for(asked), after, asked.reversed);
    auto result = found{};
    if (after != nullptr) result.last = *after;
    auto nearest = entry_order::iterator{};
    while (first != last && result.entries.size() != limit) {
        nearest = asked.reversed ? --last : first++;
        result.entries.push_back(entry_order::entry(nearest));
    }
    if (!result.entries.empty()) result.last = entry_order::bytes(nearest);
    result.more = first != last;
    return result;
}

CAIRN_INLINE std::uint64_t memory_engine::count(memory_log* log, question const& asked)
{
    auto const all = asked.order == ordering::insertion && !asked.lower && !asked.upper
        && asked.equal_columns == 0;
    if (all) return size();
    auto const [first, last] = order_for(log, asked).between(edges_for(asked), nullptr, false);
    return static_cast<std::uint64_t>(std::distance(first, last));
}

CAIRN_INLINE void memory_log::undo_to(std::size_t count) noexcept
{
    while (changes_.size() > count) {
        changes_.back().engine->take_back(changes_.back());
        changes_.pop_back();
    }
}

} // namespace cairn::inline v0::detail
