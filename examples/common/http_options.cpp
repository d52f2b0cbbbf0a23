// SPDX-License-Identifier: BSL-1.0
// The settings of an HTTP client.
#include "http_options.hpp"

#include "settings_reader.hpp"

namespace common {

void visit(field_visitor& v, http_options& c)
{
    v.duration("connect_timeout", c.connect_timeout, "for a connection");
    v.duration("timeout", c.timeout, "for one attempt as a whole");
    v.number("retries", c.retries, {0, 100}, presence::optional, "after the first attempt");
    v.duration("backoff_min", c.backoff_min, "first pause; each further one doubles, with jitter");
    v.duration("backoff_max", c.backoff_max, "longest pause");
    v.size("max_response", c.max_response, "a longer answer is refused");
}

void check_http(http_options const& c, std::string const& section, violations& problems)
{
    if (c.backoff_min > c.backoff_max)
        problems.add(section + ".backoff_min", "greater than " + section + ".backoff_max");
    check_interval(c.backoff_min, section + ".backoff_min", problems);
    check_interval(c.timeout, section + ".timeout", problems);
    check_interval(c.connect_timeout, section + ".connect_timeout", problems);
    if (c.max_response == 0) problems.add(section + ".max_response", "expected at least 1");
}

} // namespace common
