// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about task: cairn::descriptor: a member of the struct is not adapted: add it to BOOST_HANA_ADAPT_STRUCT, .*cairn::left_out<T> = cairn::members<&T::member>
#include <cairn/describe/schema.hpp>

#include <string>
#include <vector>

struct part {
    int count = 0;
    std::string label{};
};
BOOST_HANA_ADAPT_STRUCT(part, count);
#ifdef ACCEPT
template <>
inline constexpr auto cairn::left_out<part> = cairn::members<&part::label>;
#endif

struct task {
    std::string id;
    std::vector<part> parts{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, parts);

template <>
inline constexpr auto cairn::descriptor<task>
    = cairn::entity<"task">(cairn::key<"task:{id}">);

struct app : cairn::schema<task> {}; // here
