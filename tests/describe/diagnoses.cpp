// SPDX-License-Identifier: BSL-1.0
// Every fault of a description, as a value; the sentences are tested in tests/reject.
#include "models.hpp"

#include <doctest/doctest.h>

namespace {

using cairn::fault;
using namespace cairn::detail;

/// What a descriptor's own check finds, without reporting it.
template <cairn::fixed_string Name, class... Elements>
constexpr fault found(Elements...)
{
    return diagnose_description(entity_description<Name, Elements...>::view()).code;
}

/// What the check of a descriptor against `test::job` finds.
template <class... Elements>
constexpr fault against_job(Elements...)
{
    return diagnose_model(entity_description<"job", Elements...>::view(), member_facts<test::job>)
        .code;
}

template <class T>
constexpr fault type_fault = fault_of_type<T>();

constexpr auto key = cairn::key<"job:{id}">;

struct node {
    std::vector<node> children;
};
struct stranger {};
struct bottomless {
    explicit bottomless(int number) : value{number} {}
    int value;
};

} // namespace

BOOST_HANA_ADAPT_STRUCT(node, children);
BOOST_HANA_ADAPT_STRUCT(bottomless, value);

TEST_CASE("a descriptor needs a good name, one key and at most one version")
{
    CHECK(found<"job">(key) == fault::none);
    CHECK(found<"">(key) == fault::entity_name);
    CHECK(found<"_job">(key) == fault::entity_name);
    CHECK(found<"a.b">(key) == fault::entity_name);
    CHECK(found<"a\"b">(key) == fault::entity_name);
    CHECK(found<"Sqlite_master">(key) == fault::entity_name_reserved);
    CHECK(found<"job">() == fault::no_key);
    CHECK(found<"job">(key, key) == fault::key_twice);
    CHECK(found<"job">(key, cairn::version<0>) == fault::version_zero);
    CHECK(found<"job">(cairn::version<1>, key, cairn::version<1>) == fault::version_twice);
    CHECK(found<"job">(key, 7) == fault::foreign_element);
}

TEST_CASE("a key schema has matching braces, named fields, and literals that separate them")
{
    CHECK(found<"job">(cairn::key<"/current">) == fault::none);
    CHECK(found<"job">(cairn::key<"{a}">) == fault::none);
    CHECK(found<"job">(cairn::key<"{a}/b{c}d">) == fault::none);
    CHECK(found<"job">(cairn::key<"">) == fault::key_without_text);
    CHECK(found<"job">(cairn::key<"a{">) == fault::key_braces);
    CHECK(found<"job">(cairn::key<"}a">) == fault::key_braces);
    CHECK(found<"job">(cairn::key<"{{a}}">) == fault::key_braces);
    CHECK(found<"job">(cairn::key<"a{}">) == fault::key_field_without_name);
    CHECK(found<"job">(cairn::key<"{a}{b}">) == fault::key_fields_touch);
    CHECK(found<"job">(cairn::key<"{a}b{c}">) == fault::key_fields_touch);
    CHECK(found<"job">(cairn::key<"{a}~{c}">) == fault::key_fields_touch);
    CHECK(found<"job">(cairn::key<"{a}%2F{c}">) == fault::key_fields_touch);
    CHECK(found<"job">(cairn::key<"{a}/{a}">) == fault::key_repeats_member);
    CHECK(found<"job">(cairn::key<"{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}">) == fault::none);
    CHECK(found<"job">(cairn::key<"{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}">) == fault::key_too_long);
}

TEST_CASE("indexes and uniques have names and members of their own")
{
    CHECK(found<"job">(key, cairn::index<"a b", "id">) == fault::index_name);
    CHECK(found<"job">(key, cairn::index<"a">) == fault::index_without_members);
    CHECK(found<"job">(key, cairn::unique<"a">) == fault::unique_without_members);
    CHECK(found<"job">(key, cairn::index<"a", "x", "x">) == fault::index_repeats_member);
    CHECK(
        found<"job">(key, cairn::index<"a", "x">, cairn::index<"A", "y">)
        == fault::index_name_twice);
    CHECK(
        found<"job">(key, cairn::index<"a", "x">, cairn::unique<"a", "y">)
        == fault::unique_name_twice);
    CHECK(
        found<"job">(key, cairn::unique<"a", "x", "y">, cairn::unique<"b", "y", "x">)
        == fault::uniques_alike);
    CHECK(found<"job">(key, cairn::unique<"a", "x", "y">, cairn::unique<"b", "x">) == fault::none);
    CHECK(
        found<"job">(key, cairn::index<"i", "1", "2", "3", "4", "5", "6", "7", "8", "9">)
        == fault::index_too_long);
    CHECK(found<"job">(key, cairn::column<>) == fault::column_without_members);
    CHECK(found<"job">(key, cairn::secret<>) == fault::secret_without_members);
}

TEST_CASE("a lifecycle is one, of one enum, with values that the enum declares")
{
    constexpr auto good = cairn::lifecycle<"status">(
        cairn::from<test::state::pending>.to<test::state::failed>);
    constexpr auto mixed = cairn::lifecycle<"status">(
        cairn::from<test::state::pending>.to<test::side::left>);
    constexpr auto unknown = cairn::lifecycle<"status">(
        cairn::from<test::state::pending>.to<static_cast<test::state>(9)>);
    CHECK(found<"job">(key, good) == fault::none);
    CHECK(found<"job">(key, good, good) == fault::lifecycle_twice);
    CHECK(found<"job">(key, mixed) == fault::lifecycle_mixed);
    CHECK(found<"job">(key, unknown) == fault::lifecycle_unknown_value);
    CHECK(against_job(good) == fault::none);
    CHECK(
        against_job(cairn::lifecycle<"weight">(cairn::from<test::side::left>.to<test::side::right>))
        == fault::lifecycle_not_enum);
    CHECK(
        against_job(cairn::lifecycle<"status">(cairn::from<test::side::left>.to<test::side::right>))
        == fault::lifecycle_other_enum);
}

TEST_CASE("elements name members of the model that have a fitting type")
{
    CHECK(against_job(cairn::key<"{ID}">) == fault::key_unknown_member);
    CHECK(against_job(cairn::key<"{weight}">) == fault::key_real);
    CHECK(against_job(cairn::key<"{score}">) == fault::key_optional);
    CHECK(against_job(cairn::key<"{parts}">) == fault::key_type);
    CHECK(against_job(cairn::index<"i", "score", "weight">) == fault::none);
    CHECK(against_job(cairn::index<"i", "nothing">) == fault::index_unknown_member);
    CHECK(against_job(cairn::index<"i", "parts">) == fault::index_type);
    CHECK(against_job(cairn::unique<"i", "parts">) == fault::unique_type);
    CHECK(against_job(cairn::column<"parts">) == fault::column_type);
    CHECK(against_job(cairn::secret<"parts">) == fault::none);
    CHECK(against_job(cairn::secret<"part">) == fault::secret_unknown_member);
}

TEST_CASE("types that another machine or another run reads differently are refused, however deep")
{
    CHECK(type_fault<std::map<std::string, std::vector<test::part>>> == fault::none);
    CHECK(type_fault<std::vector<bool>> == fault::none);
    CHECK(type_fault<char> == fault::character_type);
    CHECK(type_fault<std::optional<wchar_t>> == fault::character_type);
    CHECK(type_fault<std::vector<long double>> == fault::long_double_type);
    CHECK(type_fault<std::map<int, int*>> == fault::pointer_type);
    CHECK(type_fault<std::variant<int, std::shared_ptr<int>>> == fault::pointer_type);
    CHECK(type_fault<int[3]> == fault::c_array_type);
    CHECK(type_fault<std::string_view> == fault::view_type);
    CHECK(type_fault<std::tuple<int const>> == fault::constant_type);
    CHECK(type_fault<std::chrono::steady_clock::time_point> == fault::steady_time_type);
    CHECK(type_fault<std::chrono::duration<long double>> == fault::duration_type);
    CHECK(type_fault<node> == fault::recursive_type);
    CHECK(type_fault<std::vector<bottomless>> == fault::not_constructible);
    CHECK(type_fault<std::array<stranger, 2>> == fault::foreign_type);
    CHECK(type_fault<std::vector<int (*)()>> == fault::pointer_type);
}

TEST_CASE("a model without descriptor is told apart from one that is not adapted")
{
    CHECK(cairn::diagnose<stranger>() == fault::undescribed);
    CHECK(cairn::diagnose<int>() == fault::undescribed);
}
