// SPDX-License-Identifier: BSL-1.0
// The benchmarks' task described for the library.
#pragma once

#include "task.hpp"

#include <cairn/cairn.hpp>

using bench::task_status;

BOOST_HANA_ADAPT_STRUCT(
    bench::task, id, avs_address, operator_set_id, callback_addr, deadline, threshold_bips, payload,
    chain_id, block_number, block_hash, version, status, created_at, updated_at, attempts, error);

template <>
inline constexpr auto cairn::descriptor<bench::task> = cairn::entity<"task">(
    cairn::version<1>, cairn::key<"task:{id}">, cairn::index<"queue", "status", "created_at">,
    cairn::lifecycle<"status">(
        cairn::from<task_status::pending>.to<task_status::processing, task_status::failed>,
        cairn::from<task_status::processing>.to<task_status::completed, task_status::failed>));

namespace bench {

struct schema : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;

} // namespace bench
