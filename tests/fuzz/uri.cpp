// Input: text that is in turn an id, an address, a query, and the values of a filter, a line each.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/detail/digits.hpp>
#include <crm/detail/utf8.hpp>
#include <crm/http/uri.hpp>
#include <crm/model/date.hpp>
#include <crm/model/resource.hpp>
#include <crm/model/season.hpp>
#include <crm/query/customers.hpp>
#include <crm/query/render.hpp>
#include <crm/testing/detail/filters.hpp>
#include <crm/testing/query_string.hpp>

#include "fuzz/demand.hpp"

namespace {

using crm::testing::query_string;
using fuzz::demand;

bool is_control(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }

/// Whether it can stand in a request's first line, and be read in one way.
bool is_plain(std::string_view text, std::string_view marks) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return crm::http::is_unreserved(c) || marks.find(c) != std::string_view::npos; });
}

std::string encoded(std::string_view text) {
  std::string out;
  crm::http::append_encoded(out, text);
  return out;
}

void check_encoding(std::string_view text) {
  demand(is_plain(encoded(text), "%"), "what is encoded is plain");
  demand(crm::http::decoded(encoded(text)) == text, "what is encoded is decoded as it was");
  demand(crm::http::decoded(encoded(text), true) == text, "what is encoded is decoded as it was in a query");
  for (const bool plus_is_space : {false, true})
    if (const auto plain = crm::http::decoded(text, plus_is_space))
      demand(plain->size() <= text.size() && crm::http::decoded(encoded(*plain)) == plain, "decoding is stable");
}

void check_segment(std::string_view id) {
  const auto segment = crm::http::path_segment(id);
  if (!segment) return demand(segment.error().code == crm::errc::invalid_argument, "an id is refused by name");
  demand(!segment->empty() && *segment != "." && *segment != "..", "a segment is no way to another path");
  demand(is_plain(*segment, "%"), "a segment is one segment");
  demand(crm::http::decoded(*segment) == id, "a segment is the id");
  demand(id.find_first_of("/\\?#%") == std::string_view::npos && crm::detail::is_utf8(id) &&
             std::none_of(id.begin(), id.end(), is_control),
         "an id is text without separators and control characters");
}

void check_address(std::string_view text) {
  const auto url = crm::http::base_url::parse(text);
  if (!url) return demand(url.error().code == crm::errc::invalid_argument, "an address is refused by name");
  const std::string scheme = url->tls ? "https://" : "http://";
  const std::string printed = scheme + url->authority() + url->prefix;
  const auto again = crm::http::base_url::parse(printed);
  demand(again && *again == *url, "an address is what it prints");
  demand(is_plain(text, ":/[]"), "an address has no character of another meaning");
  demand(is_plain(url->host, ":") && !url->host.empty() && url->port != 0, "an address names host and port");
  demand(url->prefix.empty() || (url->prefix.front() == '/' && url->prefix.back() != '/'), "a prefix begins a path");
  demand((url->prefix + "/").find("/../") == std::string::npos, "a prefix does not climb");
  const bool v6 = url->host.find(':') != std::string::npos;
  demand(text.starts_with(scheme + (v6 ? "[" + url->host + "]" : url->host)), "an address has the host it says");
}

void check_query(std::string_view text) {
  const auto read = query_string::parse(text);
  if (!read) return;
  std::string written;
  for (const auto& [name, value] : read->parameters())
    written.append(written.empty() ? "" : "&").append(encoded(name)).append("=").append(encoded(value));
  const auto again = query_string::parse(written);
  demand(again.has_value() && again->parameters().size() == read->parameters().size(), "a query is read again");
  for (std::size_t i = 0; i < read->parameters().size(); ++i)
    demand(again->parameters()[i].name == read->parameters()[i].name &&
               again->parameters()[i].value == read->parameters()[i].value,
           "a query is read as it was written");
}

std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find('\n');
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// City, status, day, year, and any number of services. An empty line leaves a filter out, but for the services.
crm::customer_filter filter_of(std::string_view text) {
  crm::customer_filter wanted;
  const auto parts = lines(text);
  const auto part = [&](std::size_t i) { return i < parts.size() ? parts[i] : std::string_view{}; };
  if (!part(0).empty()) wanted.city = std::string{part(0)};
  if (!part(1).empty()) wanted.status = crm::status{std::string{part(1)}};
  wanted.last_service_before = crm::date::read(part(2));
  if (const auto year = crm::detail::digits(part(3), 0, 4))
    if (const auto season = crm::season::of(*year)) wanted.not_signed_for_season = *season;
  if (parts.size() > 4) wanted.services.emplace();
  for (std::size_t i = 4; i < parts.size(); ++i) wanted.services->emplace_back(std::string{parts[i]});
  return wanted;
}

void check_filter(const crm::customer_filter& wanted, crm::list_style style) {
  using names = crm::resource<crm::customer>;
  std::string target;
  crm::query_writer out{target, style};
  crm::render<names>(out, wanted);
  demand(is_plain(target, "?&=%,"), "a target is plain");
  if (!std::move(out).finish()) return;
  const auto query = query_string::parse(std::string_view{target}.substr(target.empty() ? 0 : 1));
  demand(query.has_value(), "what is rendered is a query");
  crm::testing::parameter_reader in{*query};
  demand(crm::testing::detail::read_filter(in, crm::customers_kind{}) == wanted, "a filter is read as it was rendered");
  demand(!in.refused(), "a filter that is sent is not refused");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  check_encoding(text);
  check_segment(text);
  check_address(text);
  check_query(text);
  const auto wanted = filter_of(text);
  check_filter(wanted, crm::list_style::comma);
  check_filter(wanted, crm::list_style::brackets);
  return 0;
}
