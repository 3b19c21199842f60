/// @file
/// The values of options, from text: each read and checked before anything is sent.
#pragma once

#include <string>
#include <vector>

#include <crm/error.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>
#include <crm/model/page.hpp>
#include <crm/options.hpp>
#include <crm/result.hpp>
#include <crm/retry/schedule.hpp>

namespace crm_cli {

/// `500ms`, `3s`, `2m`: above zero, at most a day.
[[nodiscard]] crm::result<crm::milliseconds> read_duration(const std::string& text);

/// Any text but none.
[[nodiscard]] crm::result<std::string> read_text(const std::string& text);
/// A record's id.
[[nodiscard]] crm::result<std::string> read_id(const std::string& text);
/// `https://crm.example.com`; plain http only to this machine, because a credential goes along.
[[nodiscard]] crm::result<std::string> read_url(const std::string& text);
/// Where OAuth's tokens come from; plain http as above.
[[nodiscard]] crm::result<std::string> read_token_endpoint(const std::string& text);
/// What can be the name of a header.
[[nodiscard]] crm::result<std::string> read_header_name(const std::string& text);
[[nodiscard]] crm::result<std::string> read_idempotency_key(const std::string& text);
/// An entity tag, with or without the quotes that belong to it.
[[nodiscard]] crm::result<std::string> read_version(const std::string& text);

[[nodiscard]] crm::result<crm::status> read_status(const std::string& text);
[[nodiscard]] crm::result<crm::invoice_status> read_invoice_status(const std::string& text);
[[nodiscard]] crm::result<crm::direction> read_direction(const std::string& text);
/// `fertilizer,weed_control`
[[nodiscard]] crm::result<std::vector<crm::service>> read_services(const std::string& text);

[[nodiscard]] crm::result<crm::date> read_date(const std::string& text);
/// A time, or a day, which stands for its first moment in UTC.
[[nodiscard]] crm::result<crm::timestamp> read_moment(const std::string& text);
[[nodiscard]] crm::result<crm::season> read_season(const std::string& text);
/// `2025,2026`
[[nodiscard]] crm::result<std::vector<crm::season>> read_seasons(const std::string& text);

[[nodiscard]] crm::result<crm::page_size> read_page_size(const std::string& text);
crm::result<crm::concurrent_requests> read_concurrency(const std::string& text);
/// How many retries, as waits of 2 s, 4 s, 8 s, …
[[nodiscard]] crm::result<crm::retry_schedule> read_retries(const std::string& text);

}  // namespace crm_cli
