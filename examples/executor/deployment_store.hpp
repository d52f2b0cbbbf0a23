// SPDX-License-Identifier: BSL-1.0
// Deployments: asked for, carried out, ended; and the performers that they bring.
#pragma once

#include "database.hpp"

#include <string_view>

namespace executor {

/// What a performer shall be.
struct order {
    address20 avs{};
    std::string registry{};
    std::string tag{};
    std::string digest{};
    deployment_mode mode = deployment_mode::process;
    std::string network_name{};
    std::vector<environment_variable> environment{};
};

/// Records a pending deployment and the performer that it is to bring, staged, in one transaction.
deployment place(database& db, order const& what, cairn::timestamp now);

/// Takes a deployment one step on: `completed_at` is set with `running` and `failed` and by
/// nothing else, the error with `failed`. False if it is not there, or damaged: then it stays as it
/// is.
/// @errors `invalid_transition`.
bool advance(
    transaction& tx, std::string const& deployment_id, deployment_status to, cairn::timestamp now,
    std::string_view error = {});

/// `performer-{avs}-{uuid}`.
std::string make_performer_id(address20 const& avs);
/// The part of it that no other performer has.
std::string uuid_of(std::string const& performer_id);

} // namespace executor
