// SPDX-License-Identifier: BSL-1.0
// The service's log: one line an event, to standard output, safe from any thread.
#pragma once

#include <sstream>
#include <string>
#include <string_view>

namespace common {

enum class severity { info, warning, failure };

/// Writes "<time> <severity> <event> <details>" and flushes.
void write_log(severity level, std::string_view event, std::string_view details);

/// An event under construction: `log_event{severity::info, "reorg"}.with("depth", 3)`; written
/// when it goes out of scope. Text with spaces is put in quotes.
class log_event {
public:
    log_event(severity level, std::string_view event) : level_{level}, event_{event} {}
    log_event(log_event const&) = delete;
    log_event& operator=(log_event const&) = delete;
    ~log_event();

    template <class Value>
    log_event& with(std::string_view name, Value const& value)
    {
        auto text = std::ostringstream{};
        text << value;
        return add(name, std::move(text).str());
    }

private:
    log_event& add(std::string_view name, std::string const& value);

    severity level_;
    std::string event_;
    std::string details_;
};

} // namespace common
