// SPDX-License-Identifier: BSL-1.0
// Going around damaged records, which are left as they are.
#pragma once

#include <cairn/cairn.hpp>
#include <cairn/describe/key_path.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace common {

/// Names a damaged record in the log, the first time it is met.
void report_damage(cairn::corrupt_record const& fault);

/// Throws `fault` again; as `corrupt_record` with the key of the record that it is about, if it is
/// about one.
[[noreturn]] void rethrow_named(
    cairn::error const& fault, std::string_view model, std::string const& key);

/// As `find`, but whatever is wrong with the record is told as `corrupt_record`, with its key. Of a
/// record whose header is damaged, too, `find` says only that another program wrote it.
template <class Repository, class Key>
auto find_named(Repository const& in, Key const& key) -> decltype(in.find(key))
{
    using model = typename decltype(in.find(key))::value_type;
    try {
        return in.find(key);
    } catch (cairn::error const& fault) {
        constexpr auto& shape = cairn::shape_of<model>;
        rethrow_named(
            fault, shape.name, cairn::key_path(shape, cairn::make_key<model>(key).view()));
    }
}

/// The record, if it is there and whole. A damaged one is reported, and `contains` says that it is
/// there.
template <class Repository, class Key>
auto find_whole(Repository const& in, Key const& key) -> decltype(in.find(key))
{
    try {
        return find_named(in, key);
    } catch (cairn::corrupt_record const& fault) {
        report_damage(fault);
        return std::nullopt;
    }
}

/// Changes the record in a transaction; false if it is not there, or damaged, which is reported.
template <class Repository, class Key, class Change>
bool update_whole(Repository const& in, Key const& key, Change const& change)
{
    if (!find_whole(in, key)) return false;
    in.update(key, change);
    return true;
}

/// Names a record in the log that is whole, but that its own key does not lead to.
template <class Model, class Key>
void report_lost(Key const& key)
{
    constexpr auto& shape = cairn::shape_of<Model>;
    report_damage(cairn::corrupt_record{
        {.message = "the columns of its key say otherwise than the record",
         .model = std::string{shape.name},
         .key = cairn::key_path(shape, cairn::make_key<Model>(key).view())}});
}

/// Removes the records of a range, in a transaction, and returns those that went; `key` is the
/// member that is the key. Damaged ones are reported and stay: what a column or an index says of
/// them may be wrong. Beside them one that its key does not lead to stays, too.
template <class Repository, class Range, class Key>
auto take_whole(Repository const& from, Range const& those, Key const& key)
    -> decltype(those.to_vector())
{
    using model = typename decltype(those.to_vector())::value_type;
    auto is_whole = true;
    auto const keep = [&](cairn::corrupt_record const& fault) {
        is_whole = false;
        report_damage(fault);
    };
    auto found = those.tolerate(keep).to_vector();
    if (is_whole) {
        those.erase();
        return found;
    }
    std::erase_if(found, [&](model const& each) {
        auto const is_lost = !from.erase(each.*key);
        if (is_lost) report_lost<model>(each.*key);
        return is_lost;
    });
    return found;
}

} // namespace common
