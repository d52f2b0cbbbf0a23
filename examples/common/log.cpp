// SPDX-License-Identifier: BSL-1.0
// The service's log.
#include "log.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <mutex>

namespace common {

namespace {

std::string timestamp_text()
{
    auto const now = std::chrono::system_clock::now();
    auto const seconds = std::chrono::system_clock::to_time_t(now);
    auto const millis =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count()
        % 1000;
    auto parts = std::tm{};
    gmtime_r(&seconds, &parts);
    auto date = std::array<char, 32>{};
    std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    auto text = std::array<char, 48>{};
    std::snprintf(text.data(), text.size(), "%s.%03dZ", date.data(), static_cast<int>(millis));
    return text.data();
}

char const* name(severity level)
{
    switch (level) {
    case severity::info: return "info";
    case severity::warning: return "warning";
    case severity::failure: return "error";
    }
    return "";
}

std::string quoted(std::string const& value)
{
    if (!value.empty() && value.find_first_of(" \"\n=") == std::string::npos) return value;
    auto text = std::string{'"'};
    for (char const c : value) {
        if (c == '"' || c == '\\') text.push_back('\\');
        text.push_back(c == '\n' ? ' ' : c);
    }
    return text + '"';
}

} // namespace

void write_log(severity level, std::string_view event, std::string_view details)
{
    static auto guard = std::mutex{};
    auto line = timestamp_text() + ' ' + name(level) + ' ';
    line.append(event).append(details).push_back('\n');
    auto const lock = std::lock_guard{guard};
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

log_event::~log_event()
{
    write_log(level_, event_, details_);
}

log_event& log_event::add(std::string_view name, std::string const& value)
{
    details_.append(" ").append(name).append("=").append(quoted(value));
    return *this;
}

} // namespace common
