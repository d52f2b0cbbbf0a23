// SPDX-License-Identifier: BSL-1.0
// An ordered map of bytes with transactions, and where a table's records stand in it.
#pragma once

#include <cairn/backend/seam.hpp>
#include <cairn/encode/ordered.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What stands in the map, each key behind two bytes that number the table:
//   'n'                              the sequence of the next record
//   'r' key                       -> sequence, columns, body
//   's' sequence                  -> key
//   'i' index, columns, sequence  -> key
// All parts are in the ordered encoding, so the order of the bytes is the order of the values.

namespace test {

/// An ordered map of bytes with transactions by an undo log.
class byte_map {
public:
    using storage = std::map<std::string, std::string, std::less<>>;

    [[nodiscard]] storage const& all() const { return bytes_; }
    [[nodiscard]] std::string const* find(std::string_view key) const
    {
        auto const found = bytes_.find(key);
        return found == bytes_.end() ? nullptr : &found->second;
    }

    void put(std::string const& key, std::string value)
    {
        remember(key);
        bytes_[key] = std::move(value);
    }
    void erase(std::string const& key)
    {
        remember(key);
        bytes_.erase(key);
    }

    void mark() { marks_.push_back(undo_.size()); }
    void forget_mark() { marks_.pop_back(); }
    void undo_to_mark()
    {
        undo_to(marks_.back());
        marks_.pop_back();
    }
    void undo_all()
    {
        undo_to(0);
        marks_.clear();
    }
    void forget()
    {
        undo_.clear();
        marks_.clear();
    }

private:
    struct former {
        std::string key;
        std::optional<std::string> value;
    };

    void remember(std::string const& key)
    {
        auto const* value = find(key);
        undo_.push_back({key, value != nullptr ? std::optional{*value} : std::nullopt});
    }

    void undo_to(std::size_t count)
    {
        for (; undo_.size() > count; undo_.pop_back()) {
            auto& last = undo_.back();
            if (last.value)
                bytes_[last.key] = std::move(*last.value);
            else
                bytes_.erase(last.key);
        }
    }

    storage bytes_;
    std::vector<former> undo_;
    std::vector<std::size_t> marks_;
};

/// Mistakes that a backend can be told to make, to see that the tests find them.
enum class planted_bug : std::uint8_t {
    none,
    index_left_on_erase,
    index_left_on_change,
    unique_unchecked_on_change,
    null_below_a_bound,
    shortest_page_loses_one,
};

/// A table without its model: where things stand in the map.
class byte_table {
public:
    byte_table(byte_map& map, cairn::shape const& model, std::size_t ordinal, planted_bug bug)
        : map_{map}, shape_{model}, bug_{bug}, prefix_{
                                                   static_cast<char>(ordinal >> 8U),
                                                   static_cast<char>(ordinal & 0xFFU)}
    {
    }

    [[nodiscard]] std::string encode_key(cairn::cells key) const
    {
        auto bytes = std::string{};
        for (std::size_t i = 0; i != key.size(); ++i)
            cairn::append_ordered(bytes, key[i], member(shape_.key.members[i]).type);
        return bytes;
    }

    [[nodiscard]] static std::string encode_sequence(std::int64_t sequence)
    {
        auto bytes = std::string{};
        cairn::append_ordered(bytes, cairn::cell::of(sequence), sequence_type);
        return bytes;
    }

    [[nodiscard]] static std::int64_t take_sequence(std::string_view& bytes)
    {
        auto scratch = std::string{};
        return cairn::read_ordered(bytes, sequence_type, scratch).as_integer();
    }

    [[nodiscard]] std::string const* record(std::string_view key) const
    {
        return map_.find(place('r', key));
    }
    [[nodiscard]] std::string const* key_at(std::int64_t sequence) const
    {
        return map_.find(place('s', encode_sequence(sequence)));
    }

    [[nodiscard]] bool is_taken(cairn::index_shape const& index, cairn::cells columns) const
    {
        auto bytes = std::string{};
        if (!index.unique || !append_index(bytes, index, columns)) return false;
        auto const first = place('i', bytes);
        auto const at = map_.all().lower_bound(first);
        return at != map_.all().end() && at->first.starts_with(first);
    }

    [[nodiscard]] bool is_any_taken(cairn::cells columns) const
    {
        for (auto const& index : shape_.indexes)
            if (is_taken(index, columns)) return true;
        return false;
    }

    [[nodiscard]] std::int64_t next_sequence(cairn::cells key)
    {
        if (shape_.key.is_sequence) return key[0].as_integer();
        auto const* stored = map_.find(place('n', {}));
        auto bytes = std::string_view{};
        if (stored != nullptr) bytes = *stored;
        auto const next = stored != nullptr ? take_sequence(bytes) : 1;
        map_.put(place('n', {}), encode_sequence(next + 1));
        return next;
    }

    void add(std::string const& key, std::int64_t sequence, cairn::cells columns, std::string value)
    {
        map_.put(place('r', key), encode_sequence(sequence) + std::move(value));
        map_.put(place('s', encode_sequence(sequence)), key);
        for (auto const& index : shape_.indexes)
            map_.put(index_place(index, columns, sequence), key);
    }

    /// False if a unique value is taken.
    bool change(
        std::string const& key, std::int64_t sequence, cairn::cells before, cairn::cells after,
        std::string value)
    {
        for (auto const& index : shape_.indexes)
            if (differs(index, before, after) && is_taken(index, after)
                && bug_ != planted_bug::unique_unchecked_on_change)
                return false;
        for (auto const& index : shape_.indexes) {
            if (!differs(index, before, after)) continue;
            if (bug_ != planted_bug::index_left_on_change)
                map_.erase(index_place(index, before, sequence));
            map_.put(index_place(index, after, sequence), key);
        }
        map_.put(place('r', key), encode_sequence(sequence) + std::move(value));
        return true;
    }

    void remove(std::string const& key, std::int64_t sequence, cairn::cells columns)
    {
        for (auto const& index : shape_.indexes)
            if (bug_ != planted_bug::index_left_on_erase || &index != &shape_.indexes.back())
                map_.erase(index_place(index, columns, sequence));
        map_.erase(place('s', encode_sequence(sequence)));
        map_.erase(place('r', key));
    }

    std::uint64_t clear()
    {
        auto keys = std::vector<std::string>{};
        auto records = std::uint64_t{0};
        for (auto at = map_.all().lower_bound(prefix_); at != map_.all().end(); ++at) {
            if (!at->first.starts_with(prefix_)) break;
            if (at->first[2] == 'n') continue;
            if (at->first[2] == 'r') ++records;
            keys.push_back(at->first);
        }
        for (auto const& key : keys) map_.erase(key);
        return records;
    }

    struct found {
        std::vector<std::string> keys{};
        cairn::position last{};
        bool more = false;
    };

    [[nodiscard]] found select(
        cairn::question const& q, cairn::position const* after, std::size_t limit) const
    {
        auto const space = space_of(q);
        auto from = space + q.equal;
        auto to = successor(from);
        narrow(q, space, from, to);
        if (after != nullptr && !q.reversed) from = std::max(from, successor(space + *after));
        if (after != nullptr && q.reversed) to = std::min(to, space + *after);
        auto result = found{};
        if (after != nullptr) result.last = *after;
        if (from >= to) return result;
        auto first = map_.all().lower_bound(from);
        auto last = map_.all().lower_bound(to);
        if (limit == 1 && bug_ == planted_bug::shortest_page_loses_one && first != last) ++first;
        while (first != last && result.keys.size() != limit) {
            auto const at = q.reversed ? --last : first++;
            result.keys.push_back(space[2] == 'r' ? at->first.substr(3) : at->second);
            result.last = at->first.substr(space.size());
        }
        result.more = first != last;
        return result;
    }

private:
    static constexpr auto sequence_type = cairn::column_type{cairn::scalar::integer, 8, false};

    [[nodiscard]] cairn::member_shape const& member(std::uint8_t ordinal) const
    {
        return shape_.members[ordinal];
    }
    [[nodiscard]] std::string place(char kind, std::string_view rest) const
    {
        return prefix_ + kind + std::string{rest};
    }

    [[nodiscard]] cairn::cell const& column(std::uint8_t wanted, cairn::cells columns) const
    {
        auto at = std::size_t{0};
        while (shape_.columns[at] != wanted) ++at;
        return columns[at];
    }

    bool append_index(std::string& out, cairn::index_shape const& index, cairn::cells columns) const
    {
        auto complete = true;
        out.push_back(static_cast<char>(&index - shape_.indexes.data()));
        for (auto const m : index.columns()) {
            cairn::append_ordered(out, column(m, columns), member(m).type);
            complete = complete && !column(m, columns).is_null();
        }
        return complete;
    }

    [[nodiscard]] std::string index_place(
        cairn::index_shape const& index, cairn::cells columns, std::int64_t sequence) const
    {
        auto bytes = std::string{};
        append_index(bytes, index, columns);
        return place('i', bytes + encode_sequence(sequence));
    }

    [[nodiscard]] bool differs(
        cairn::index_shape const& index, cairn::cells before, cairn::cells after) const
    {
        for (auto const m : index.columns())
            if (!(column(m, before) == column(m, after))) return true;
        return false;
    }

    [[nodiscard]] std::string space_of(cairn::question const& q) const
    {
        if (q.order == cairn::ordering::insertion) return place('s', {});
        if (q.order == cairn::ordering::key) return place('r', {});
        return place('i', std::string(1, static_cast<char>(q.index)));
    }

    [[nodiscard]] bool next_may_be_null(cairn::question const& q) const
    {
        if (q.order != cairn::ordering::index) return false;
        auto const& index = shape_.indexes[q.index];
        return q.equal_columns < index.size && member(index.members[q.equal_columns]).type.nullable;
    }

    void narrow(
        cairn::question const& q, std::string const& space, std::string& from,
        std::string& to) const
    {
        auto const fixed = space + q.equal;
        if (q.lower) {
            from = fixed + q.lower->value;
            if (!q.lower->inclusive) from = successor(from);
        } else if (q.upper && next_may_be_null(q) && bug_ != planted_bug::null_below_a_bound) {
            from = fixed + '\1';
        }
        if (q.upper) {
            to = fixed + q.upper->value;
            if (q.upper->inclusive) to = successor(to);
        }
    }

    /// The least byte string behind every one that begins with `bytes`.
    [[nodiscard]] static std::string successor(std::string bytes)
    {
        while (bytes.back() == '\xFF') bytes.pop_back();
        bytes.back() = static_cast<char>(static_cast<unsigned char>(bytes.back()) + 1);
        return bytes;
    }

    byte_map& map_;
    cairn::shape const& shape_;
    planted_bug bug_;
    std::string prefix_;
};

} // namespace test
