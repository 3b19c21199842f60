/// @file
/// Requests and answers as values. (RFC 9110.)
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <crm/error.hpp>

namespace crm::inline v0::http {

enum class method : unsigned char { get, post, patch };

[[nodiscard]] constexpr std::string_view to_string(method m) noexcept {
  switch (m) {
    case method::get: return "GET";
    case method::post: return "POST";
    case method::patch: return "PATCH";
  }
  return "";
}

struct header {
  std::string name;
  std::string value;

  friend bool operator==(const header&, const header&) = default;
};

/// Whether two ASCII names are the same but for case. (RFC 9110, section 5.1.)
[[nodiscard]] constexpr bool same_name(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// A header list in the order it is sent or came.
class header_list : public std::vector<header> {
 public:
  using std::vector<header>::vector;

  /// The first value under this name, in any case.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept {
    const auto found = std::find_if(begin(), end(), [&](const header& h) { return same_name(h.name, name); });
    return found == end() ? std::nullopt : std::optional<std::string_view>{found->value};
  }
};

struct request {
  http::method method = http::method::get;
  /// Path and query exactly as sent, percent-encoded; the transport adds nothing and changes nothing.
  std::string target;
  header_list headers;
  std::string body;
};

struct response {
  int status = 0;
  header_list headers;
  std::string body;
};

/// Whether a name can stand in a header. (RFC 9110, section 5.6.2, token.)
[[nodiscard]] constexpr bool is_token(std::string_view name) noexcept {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           marks.find(c) != std::string_view::npos;
  });
}

/// Whether a header is the client's own to send: nobody else sets one of this name.
[[nodiscard]] constexpr bool is_clients_own(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 21> own{"Accept",
                                                 "Accept-Encoding",
                                                 "Authorization",
                                                 "Connection",
                                                 "Content-Encoding",
                                                 "Content-Length",
                                                 "Content-Type",
                                                 "Expect",
                                                 "Host",
                                                 "Idempotency-Key",
                                                 "If-Match",
                                                 "If-Modified-Since",
                                                 "If-None-Match",
                                                 "If-Range",
                                                 "Range",
                                                 "TE",
                                                 "Traceparent",
                                                 "Trailer",
                                                 "Transfer-Encoding",
                                                 "Upgrade",
                                                 "User-Agent"};
  return std::any_of(own.begin(), own.end(), [&](std::string_view each) { return same_name(each, name); });
}

/// Whether a value can stand in a header: visible ASCII, with single spaces or tabs only inside. Rejects CR,
/// LF and NUL, by which one request could be made two.
[[nodiscard]] constexpr bool is_field_value(std::string_view value) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  if (!value.empty() && (blank(value.front()) || blank(value.back()))) return false;
  return std::all_of(value.begin(), value.end(), [&](char c) { return (c > ' ' && c <= '~') || blank(c); });
}

/// What may be echoed of a server's text: a short token of letters, digits and `-_.:`, else nothing.
[[nodiscard]] inline std::string plain_token(std::optional<std::string_view> text) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.' || c == ':';
  };
  if (!text || text->size() > 128 || !std::all_of(text->begin(), text->end(), plain)) return {};
  return std::string{*text};
}

/// The host that a `Location` names, where it may be echoed: its path or query may speak of a customer.
[[nodiscard]] inline std::string location_host(std::string_view location) {
  const auto scheme = location.find("://");
  if (scheme == std::string_view::npos || location.find_first_of("/?#") < scheme) return {};
  std::string_view host = location.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  return plain_token(host.substr(host.find('@') == std::string_view::npos ? 0 : host.find('@') + 1));
}

/// How a text begins, fit to be shown: at most 256 bytes, with `?` for what is not visible ASCII.
[[nodiscard]] inline std::string excerpt(std::string_view text) {
  std::string out{text.substr(0, 256)};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

}  // namespace crm::inline v0::http
