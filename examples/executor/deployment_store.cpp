// SPDX-License-Identifier: BSL-1.0
// The steps of a deployment.
#include "deployment_store.hpp"

#include "common/damage.hpp"
#include "common/hex.hpp"

#include <unistd.h>

#include <random>

namespace executor {

namespace {

constexpr auto uuid_length = std::size_t{36};

/// A random one, version 4.
std::string make_uuid()
{
    auto source = std::random_device{};
    auto random = std::array<std::byte, 16>{};
    for (auto& byte : random) byte = static_cast<std::byte>(source() & 0xffU);
    random[6] = (random[6] & std::byte{0x0f}) | std::byte{0x40};
    random[8] = (random[8] & std::byte{0x3f}) | std::byte{0x80};
    auto text = to_hex(random).substr(2);
    for (auto const place : {20U, 16U, 12U, 8U}) text.insert(place, 1, '-');
    return text;
}

std::string host_name()
{
    auto name = std::array<char, 256>{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// `deployment-{avs}-{unix nanos}`, with the next nanosecond that is free.
std::string free_id(transaction& tx, address20 const& avs, cairn::timestamp now)
{
    for (auto nanos = now.time_since_epoch().count();; ++nanos) {
        auto id = "deployment-" + to_hex(avs) + '-' + std::to_string(nanos);
        if (!tx[deployments].contains(id)) return id;
    }
}

deployment to_deployment(order const& what, cairn::timestamp now)
{
    auto result = deployment{};
    result.avs_address = what.avs;
    result.artifact_registry = what.registry;
    result.artifact_tag = what.tag;
    result.artifact_digest = what.digest;
    result.started_at = now;
    result.performer_id = make_performer_id(what.avs);
    return result;
}

performer to_performer(order const& what, deployment const& by)
{
    auto result = performer{};
    result.performer_id = by.performer_id;
    result.avs_address = what.avs;
    result.artifact_registry = what.registry;
    result.artifact_tag = what.tag;
    result.artifact_digest = what.digest;
    result.mode = what.mode;
    result.created_at = by.started_at;
    result.network_name = what.network_name;
    result.hostname = host_name();
    result.environment = what.environment;
    result.deployment_id = by.deployment_id;
    return result;
}

} // namespace

std::string make_performer_id(address20 const& avs)
{
    return "performer-" + to_hex(avs) + '-' + make_uuid();
}

std::string uuid_of(std::string const& performer_id)
{
    return performer_id.substr(performer_id.size() - std::min(performer_id.size(), uuid_length));
}

deployment place(database& db, order const& what, cairn::timestamp now)
{
    return db.write([&](transaction& tx) {
        auto result = to_deployment(what, now);
        result.deployment_id = free_id(tx, what.avs, now);
        tx[deployments].insert(result);
        tx[performers].insert(to_performer(what, result));
        return result;
    });
}

bool advance(
    transaction& tx, std::string const& deployment_id, deployment_status to, cairn::timestamp now,
    std::string_view error)
{
    return update_whole(tx[deployments], deployment_id, [&](deployment& d) {
        d.status = to;
        if (to == deployment_status::running || to == deployment_status::failed)
            d.completed_at = now;
        if (to == deployment_status::failed) d.error = error;
    });
}

} // namespace executor
