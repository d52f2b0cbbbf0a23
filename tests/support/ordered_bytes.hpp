// SPDX-License-Identifier: BSL-1.0
// A backend over an ordered map from bytes to bytes: the proof that the seam is open.
#pragma once

#include "byte_table.hpp"

#include <cairn/backend/memory/read_write_lock.hpp>
#include <cairn/backend/seam.hpp>
#include <cairn/describe/shape_of.hpp>
#include <cairn/encode/buffer.hpp>
#include <cairn/encode/ordered.hpp>
#include <cairn/encode/record.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// The one session: it writes between `begin` and `commit`, and serves every lease.
class byte_session {
public:
    byte_session(byte_map& map, cairn::detail::read_write_lock& lock) : map_{map}, lock_{lock} {}

    void begin()
    {
        using clock = cairn::detail::read_write_lock::clock;
        if (!lock_.lock_until(clock::now() + std::chrono::seconds{5}))
            cairn::raise(cairn::errc::busy, {.message = "readers held the map"});
        open_ = true;
    }
    void commit()
    {
        map_.forget();
        end();
    }
    void rollback() noexcept
    {
        if (open_) map_.undo_all();
        end();
    }
    void savepoint() { map_.mark(); }
    void release() { map_.forget_mark(); }
    void rollback_to() { map_.undo_to_mark(); }
    [[nodiscard]] std::exception_ptr doom() const { return nullptr; }

private:
    void end()
    {
        if (std::exchange(open_, false)) lock_.unlock();
    }

    byte_map& map_;
    cairn::detail::read_write_lock& lock_;
    bool open_ = false;
};

class byte_lease {
public:
    byte_lease(byte_session& shared, cairn::detail::read_write_lock& lock)
        : session_{shared}, lock_{lock}
    {
        lock_.lock_shared();
    }
    byte_lease(byte_lease const&) = delete;
    byte_lease& operator=(byte_lease const&) = delete;
    ~byte_lease() { lock_.unlock_shared(); }

    [[nodiscard]] byte_session& session() const { return session_; }

private:
    byte_session& session_;
    cairn::detail::read_write_lock& lock_;
};

struct byte_options {
    cairn::commit_options commit{};
    planted_bug bug = planted_bug::none;
};

class byte_database {
public:
    byte_database(byte_options const& how, std::span<cairn::shape const* const> models)
        : models_{models.begin(), models.end()}, bug_{how.bug}
    {
    }

    [[nodiscard]] byte_session& writer() { return writer_; }
    [[nodiscard]] byte_lease read() { return {writer_, lock_}; }
    void after_commit() {}
    void check_usable() {}
    void close() {}

    [[nodiscard]] byte_table table(std::size_t ordinal)
    {
        return {map_, *models_[ordinal], ordinal, bug_};
    }

private:
    std::vector<cairn::shape const*> models_;
    planted_bug bug_;
    byte_map map_;
    cairn::detail::read_write_lock lock_;
    byte_session writer_{map_, lock_};
};

/// Records as their columns, each in the ordered encoding, and the body behind them.
template <class Model>
class records_in_bytes {
    using codec = cairn::record_codec<Model>;
    static constexpr auto const& model = cairn::shape_of<Model>;
    using column_cells = std::array<cairn::cell, model.columns.size() + 1>;
    using sink = cairn::corrupt_sink;

public:
    records_in_bytes(byte_database& under, std::size_t ordinal) : bytes_{under.table(ordinal)} {}

    bool insert(byte_session&, Model const& record)
    {
        auto fields = column_cells{};
        codec::to_key(record, fields.data());
        auto const key_cells = cairn::cells{fields.data(), model.key.size};
        auto const key = bytes_.encode_key(key_cells);
        auto columns = column_cells{};
        auto const view = columns_of(record, columns);
        auto value = value_of(record);
        if (bytes_.record(key) != nullptr || bytes_.is_any_taken(view)) return false;
        bytes_.add(key, bytes_.next_sequence(key_cells), view, std::move(value));
        return true;
    }

    std::optional<cairn::located<Model>> find(byte_session&, cairn::cells key)
    {
        return load(bytes_.record(bytes_.encode_key(key)));
    }

    bool visit(
        byte_session& s, cairn::cells key, cairn::detail::function_ref<void(Model const&)> fn)
    {
        auto const found = find(s, key);
        if (found) fn(found->record);
        return found.has_value();
    }

    bool contains(byte_session&, cairn::cells key)
    {
        return bytes_.record(bytes_.encode_key(key)) != nullptr;
    }

    std::optional<Model> at(byte_session&, std::int64_t sequence)
    {
        auto const* key = bytes_.key_at(sequence);
        if (key == nullptr) return std::nullopt;
        return load(bytes_.record(*key))->record;
    }

    bool rewrite(byte_session&, Model const& record)
    {
        auto const key = key_of(record);
        auto const old = load(bytes_.record(key));
        if (!old) return false;
        auto before = column_cells{};
        auto after = column_cells{};
        auto const same = std::ranges::equal(
            columns_of(old->record, before), columns_of(record, after));
        return same && change(*old, record);
    }

    bool replace(byte_session&, std::int64_t, Model const& before, Model const& after)
    {
        auto const old = load(bytes_.record(key_of(before)));
        return old && change(*old, after);
    }

    bool erase(byte_session&, cairn::cells key) { return remove(bytes_.encode_key(key)); }
    bool erase_at(byte_session&, std::int64_t sequence)
    {
        auto const* key = bytes_.key_at(sequence);
        return key != nullptr && remove(std::string{*key});
    }

    cairn::page_of<Model> fetch(
        byte_session&, cairn::question const& q, cairn::position const* after, std::size_t limit,
        sink const* tolerate)
    {
        auto const found = bytes_.select(q, after, limit);
        auto page = cairn::page_of<Model>{};
        for (auto const& key : found.keys) collect(page, key, tolerate);
        page.last = found.last;
        page.more = found.more;
        return page;
    }

    std::vector<std::int64_t> sequences(
        byte_session&, cairn::question const& q, cairn::position const* after, std::size_t limit)
    {
        auto result = std::vector<std::int64_t>{};
        for (auto const& key : bytes_.select(q, after, limit).keys) {
            auto stored = std::string_view{stored_at(key)};
            result.push_back(byte_table::take_sequence(stored));
        }
        return result;
    }

    std::uint64_t count(byte_session&, cairn::question const& q)
    {
        return bytes_.select(q, nullptr, static_cast<std::size_t>(-1)).keys.size();
    }

    std::uint64_t clear(byte_session&) { return bytes_.clear(); }

private:
    static cairn::cells columns_of(Model const& record, column_cells& out)
    {
        codec::to_columns(record, out.data());
        return {out.data(), model.columns.size()};
    }

    [[nodiscard]] std::string key_of(Model const& record) const
    {
        auto fields = column_cells{};
        codec::to_key(record, fields.data());
        return bytes_.encode_key({fields.data(), model.key.size});
    }

    static std::string value_of(Model const& record)
    {
        auto columns = column_cells{};
        codec::to_columns(record, columns.data());
        auto bytes = std::string{};
        for (std::size_t i = 0; i != model.columns.size(); ++i)
            cairn::append_ordered(bytes, columns[i], model.members[model.columns[i]].type);
        auto body = cairn::byte_buffer{};
        codec::encode(record, body);
        auto const raw = body.view();
        return bytes.append(reinterpret_cast<char const*>(raw.data()), raw.size());
    }

    static std::optional<cairn::located<Model>> load(std::string const* stored)
    {
        if (stored == nullptr) return std::nullopt;
        auto bytes = std::string_view{*stored};
        auto result = cairn::located<Model>{byte_table::take_sequence(bytes), Model{}};
        auto columns = column_cells{};
        auto scratch = std::array<std::string, model.columns.size() + 1>{};
        for (std::size_t i = 0; i != model.columns.size(); ++i)
            columns[i] = cairn::read_ordered(
                bytes, model.members[model.columns[i]].type, scratch[i]);
        auto const body = std::as_bytes(std::span{bytes.data(), bytes.size()});
        codec::decode({columns.data(), model.columns.size()}, body, result.record);
        return result;
    }

    void collect(cairn::page_of<Model>& page, std::string const& key, sink const* tolerate) const
    {
        try {
            auto found = load(&stored_at(key));
            page.records.push_back(std::move(found->record));
            page.sequences.push_back(found->sequence);
        } catch (cairn::corrupt_record const& e) {
            if (tolerate == nullptr) throw;
            (*tolerate)(e);
        }
    }

    [[nodiscard]] std::string const& stored_at(std::string const& key) const
    {
        if (auto const* stored = bytes_.record(key)) return *stored;
        cairn::raise(cairn::errc::corrupt_store, {.message = "an index entry has no record"});
    }

    bool change(cairn::located<Model> const& old, Model const& after)
    {
        auto before_cells = column_cells{};
        auto after_cells = column_cells{};
        return bytes_.change(
            key_of(after), old.sequence, columns_of(old.record, before_cells),
            columns_of(after, after_cells), value_of(after));
    }

    bool remove(std::string const& key)
    {
        auto const old = load(bytes_.record(key));
        if (!old) return false;
        auto columns = column_cells{};
        bytes_.remove(key, old->sequence, columns_of(old->record, columns));
        return true;
    }

    byte_table bytes_;
};

struct ordered_bytes {
    using options = byte_options;
    using session = byte_session;
    using database = byte_database;
    template <class Model>
    using table = records_in_bytes<Model>;

    static constexpr std::string_view name = "ordered_bytes";
    static constexpr bool concurrent_reads = false;
};

static_assert(cairn::backend<ordered_bytes>);

} // namespace test
