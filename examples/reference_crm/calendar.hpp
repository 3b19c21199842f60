#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace reference_crm {

/// The day of `YYYY-MM-DD`, where it exists.
std::optional<std::chrono::sys_days> parse_day(std::string_view text);

/// `parse_day` has an answer.
bool is_day(std::string_view text);

/// The instant of an RFC 3339 time, rounded up to a second.
std::optional<std::chrono::sys_seconds> parse_instant(std::string_view text);

/// `2024-03-10T09:30:00Z`
std::string to_rfc3339(std::chrono::sys_seconds when);

/// `2024-03-10`
std::string to_day(std::chrono::sys_days day);

/// `Sun, 10 Mar 2024 09:30:00 GMT` (RFC 9110, section 5.6.7)
std::string to_http_date(std::chrono::sys_seconds when);

}  // namespace reference_crm
