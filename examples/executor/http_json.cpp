// SPDX-License-Identifier: BSL-1.0
// Strict reading, masked writing.
#include "http_json.hpp"

#include "common/hex.hpp"

#include <cairn/json.hpp>

#include <set>

namespace executor {

namespace {

using nlohmann::json;

/// The members of one object: each is asked for by name, and none may be left over.
class members {
public:
    members(json const& from, std::string where) : from_{from}, where_{std::move(where)}
    {
        if (!from_.is_object()) throw bad_request{where_ + "expected an object"};
    }

    std::string text(char const* name, bool required)
    {
        auto const* const found = find(name, required);
        if (found == nullptr) return {};
        if (!found->is_string()) throw bad_request{where_ + name + ": expected a text"};
        return *found;
    }

    std::uint32_t number(char const* name)
    {
        auto const* const found = find(name, false);
        if (found == nullptr) return 0;
        if (!found->is_number_unsigned() || *found > std::numeric_limits<std::uint32_t>::max())
            throw bad_request{where_ + name + ": expected a number of 32 bits"};
        return *found;
    }

    json const* find(char const* name, bool required)
    {
        known_.emplace(name);
        auto const found = from_.find(name);
        if (found != from_.end()) return &*found;
        if (required) throw bad_request{where_ + name + ": required, but missing"};
        return nullptr;
    }

    void finish() const
    {
        for (auto const& [name, value] : from_.items())
            if (!known_.contains(name)) throw bad_request{where_ + name + ": unknown"};
    }

private:
    json const& from_;
    std::string where_;
    std::set<std::string, std::less<>> known_{};
};

json parsed(std::string const& body)
{
    auto result = json::parse(body, nullptr, false);
    if (result.is_discarded()) throw bad_request{"the request is not JSON"};
    return result;
}

bytes bytes_from_text(std::string const& text, std::string const& name)
{
    auto result = bytes_from_hex(text);
    if (!result) throw bad_request{name + ": expected 0x and hexadecimal digits"};
    return *std::move(result);
}

address20 maybe_address(members& from, char const* name)
{
    auto const text = from.text(name, false);
    return text.empty() ? address20{} : address_from_text(text, name);
}

/// Containers can be described and are refused: such a deployment could only fail.
deployment_mode mode_from_text(std::string const& text)
{
    if (!text.empty() && value_of<deployment_mode>(text, "mode") != deployment_mode::process)
        throw bad_request{"mode: this executor starts processes only, no containers"};
    return deployment_mode::process;
}

environment_variable variable_from(json const& from, std::string const& where)
{
    auto each = members{from, where + '.'};
    auto result = environment_variable{
        each.text("name", true), each.text("value", false), each.text("value_from_env", false)};
    each.finish();
    auto const no_name = result.name.empty() || result.name.find('=') != std::string::npos;
    if (no_name || result.name.find('\0') != std::string::npos
        || result.value.find('\0') != std::string::npos)
        throw bad_request{where + ": not a variable"};
    if (result.value == masked_text) throw bad_request{where + ".value: is only a mask"};
    if (!result.value.empty() && !result.value_from_env.empty())
        throw bad_request{where + ".value_from_env: there is a value already"};
    return result;
}

std::vector<environment_variable> variables_from(json const* from)
{
    auto result = std::vector<environment_variable>{};
    if (from == nullptr) return result;
    if (!from->is_array()) throw bad_request{"environment: expected a list"};
    for (auto const& each : *from)
        result.push_back(variable_from(each, "environment[" + std::to_string(result.size()) + ']'));
    return result;
}

json to_json(environment_variable const& what, secrets show)
{
    auto result = json{{"name", what.name}};
    if (!what.value_from_env.empty())
        result["value_from_env"] = what.value_from_env;
    else
        result["value"] = show == secrets::shown ? what.value : std::string{masked_text};
    return result;
}

} // namespace

address20 address_from_text(std::string const& text, std::string const& name)
{
    auto const result = array_from_hex<20>(text);
    if (!result) throw bad_request{name + ": expected 0x and 40 hexadecimal digits"};
    return *result;
}

hash32 hash_from_text(std::string const& text, std::string const& name)
{
    auto const result = array_from_hex<32>(text);
    if (!result) throw bad_request{name + ": expected 0x and 64 hexadecimal digits"};
    return *result;
}

in_flight_task task_from_json(std::string const& body, cairn::timestamp now)
{
    auto const text = parsed(body);
    auto from = members{text, ""};
    auto result = in_flight_task{};
    result.task_id = hash_from_text(from.text("task_id", true), "task_id");
    result.avs_address = address_from_text(from.text("avs_address", true), "avs_address");
    result.operator_address = maybe_address(from, "operator_address");
    result.aggregator_address = maybe_address(from, "aggregator_address");
    result.operator_set_id = from.number("operator_set_id");
    result.payload = bytes_from_text(from.text("payload", true), "payload");
    result.received_at = now;
    from.finish();
    return result;
}

order order_from_json(std::string const& body)
{
    auto const text = parsed(body);
    auto from = members{text, ""};
    auto result = order{};
    result.avs = address_from_text(from.text("avs_address", true), "avs_address");
    result.registry = from.text("registry", true);
    result.tag = from.text("tag", false);
    result.digest = from.text("digest", false);
    result.mode = mode_from_text(from.text("mode", false));
    result.network_name = from.text("network_name", false);
    result.environment = variables_from(from.find("environment", false));
    from.finish();
    return result;
}

json to_json(submission const& what, hash32 const& task_id)
{
    auto result = json{{"task_id", to_hex(task_id)}};
    if (what.waiting) {
        result["status"] = name_of(what.waiting->status);
        return result;
    }
    result["status"] = what.ended->error ? "failed" : "completed";
    if (what.ended->error) result["error"] = *what.ended->error;
    if (what.ended->result) result["result"] = to_hex(*what.ended->result);
    if (!what.ended->performer_id.empty()) result["performer_id"] = what.ended->performer_id;
    return result;
}

json to_json(deployment const& what)
{
    return json::parse(cairn::to_json(what));
}

json to_json(performer const& who, secrets show)
{
    auto result = json::parse(cairn::to_json(who)); // masked by its descriptor
    result["environment"] = json::array();
    for (auto const& each : who.environment) result["environment"].push_back(to_json(each, show));
    return result;
}

} // namespace executor
