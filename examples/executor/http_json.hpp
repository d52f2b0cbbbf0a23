// SPDX-License-Identifier: BSL-1.0
// The executor's records and requests as JSON.
#pragma once

#include "config.hpp"
#include "deployment_store.hpp"
#include "task_store.hpp"

#include <nlohmann/json.hpp>

namespace executor {

/// A request that is not as it must be; the text says where.
class bad_request : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The declared name of a value of an enum.
template <class Enum>
std::string name_of(Enum value)
{
    for (auto const& each : cairn::enum_names<Enum>.view())
        if (each.value == static_cast<std::int64_t>(value)) return std::string{each.name};
    return std::to_string(static_cast<std::int64_t>(value));
}

/// The value that has this name.
/// @errors `bad_request`.
template <class Enum>
Enum value_of(std::string const& text, std::string const& where)
{
    for (auto const& each : cairn::enum_names<Enum>.view())
        if (each.name == text) return static_cast<Enum>(each.value);
    throw bad_request{where + ": there is no '" + text + "'"};
}

/// @errors `bad_request`.
in_flight_task task_from_json(std::string const& body, cairn::timestamp now);
order order_from_json(std::string const& body);
address20 address_from_text(std::string const& text, std::string const& name);
hash32 hash_from_text(std::string const& text, std::string const& name);

nlohmann::json to_json(submission const& what, hash32 const& task_id);
nlohmann::json to_json(deployment const& what);
/// Values of variables are masked unless `show` says otherwise.
nlohmann::json to_json(performer const& who, secrets show);

} // namespace executor
