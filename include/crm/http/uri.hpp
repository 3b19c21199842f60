/// @file
/// Strict percent-encoding and the CRM's base address. (RFC 3986.)
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <crm/detail/utf8.hpp>
#include <crm/result.hpp>

namespace crm::inline v0::http {

namespace detail {

inline constexpr auto unreserved = [] {
  std::array<bool, 256> is{};
  for (const char c : std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"})
    is[static_cast<unsigned char>(c)] = true;
  return is;
}();

}  // namespace detail

/// Unreserved characters stand for themselves, every other byte is written `%XX`. (RFC 3986, section 2.3.)
[[nodiscard]] constexpr bool is_unreserved(char c) noexcept {
  return detail::unreserved[static_cast<unsigned char>(c)];
}
/// How many characters at the beginning stand for themselves.
[[nodiscard]] constexpr std::size_t unreserved_prefix(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && is_unreserved(text[size])) ++size;
  return size;
}

/// `out` is a `std::string`, or what can be appended to like one.
template <class Out>
constexpr void append_encoded(Out& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  while (!text.empty()) {
    const std::size_t plain = unreserved_prefix(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    const auto byte = static_cast<unsigned char>(text.front());
    out.push_back('%');
    out.push_back(hex[byte >> 4U]);
    out.push_back(hex[byte & 15U]);
    text.remove_prefix(1);
  }
}

/// Undoes percent-encoding, and `+` for a space where `plus_is_space`. Nothing where the text is malformed.
[[nodiscard]] inline std::optional<std::string> decoded(std::string_view text, bool plus_is_space = false) {
  const auto nibble = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = nibble(text[i + 1]), low = nibble(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

namespace detail {

/// Why an id that is not all unreserved cannot be a path segment; empty where it can.
[[nodiscard]] constexpr std::string_view fault_of_unusual(std::string_view id) noexcept {
  if (!v0::detail::is_utf8(id)) return "the id is not valid UTF-8";
  const auto unfit = [](char c) {
    return std::string_view{"/\\?#%"}.find(c) != std::string_view::npos || static_cast<unsigned char>(c) <= ' ' ||
           c == '\x7f';
  };
  if (std::any_of(id.begin(), id.end(), unfit))
    return "the id holds a separator, a percent sign, white space or a control character";
  return {};
}

}  // namespace detail

/// Appends an id as one path segment, percent-encoded; or answers why it cannot be one. Refused is what a server or
/// proxy could read as another path: empty, `.`, `..`, a separator, a percent sign, white space and control characters.
[[nodiscard]] inline std::string_view append_segment(std::string& out, std::string_view id) {
  if (id.empty()) return "the id is empty";
  if (id == "." || id == "..") return "the id is a dot segment";
  if (id.size() > 256) return "the id is longer than 256 bytes";
  const std::size_t plain = unreserved_prefix(id);
  if (plain != id.size())
    if (const auto fault = detail::fault_of_unusual(id); !fault.empty()) return fault;
  out.append(id.substr(0, plain));
  append_encoded(out, id.substr(plain));
  return {};
}

/// An id as one path segment, percent-encoded.
[[nodiscard]] inline result<std::string> path_segment(std::string_view id) {
  std::string out;
  if (const auto fault = append_segment(out, id); !fault.empty()) return invalid_argument(std::string{fault});
  return out;
}

/// Where the CRM is: scheme, host, port and a path prefix. (RFC 3986, section 3.)
struct base_url {
  bool tls = true;
  std::string host;
  std::uint16_t port = 443;
  /// Before every path of the contract: empty, or beginning with `/` and not ending in one.
  std::string prefix;

  /// Whether the host is this machine: a name or address that cannot leave it.
  [[nodiscard]] bool is_loopback() const noexcept {
    return host == "localhost" || host == "::1" || (host.starts_with("127.") && is_ipv4(host));
  }

  /// Host and port, as `CONNECT` names them. (RFC 9110, section 9.3.6.)
  [[nodiscard]] std::string host_and_port() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
  }
  /// As the `Host` header has them: the scheme's own port is left out. (RFC 9110, section 7.2.)
  [[nodiscard]] std::string authority() const {
    std::string all = host_and_port();
    if (port == (tls ? 443 : 80)) all.resize(all.rfind(':'));
    return all;
  }

  /// `https://crm.example.com`, `http://127.0.0.1:8080/prefix`. No user info, query or fragment.
  [[nodiscard]] static result<base_url> parse(std::string_view text) {
    base_url url;
    if (text.starts_with("https://")) {
      text.remove_prefix(8);
    } else if (text.starts_with("http://")) {
      text.remove_prefix(7);
      url.tls = false;
      url.port = 80;
    } else {
      return invalid_argument("the CRM's address begins with https:// or http://");
    }
    // Never echoed: a user info part is a credential.
    if (text.find('@') != std::string_view::npos) return invalid_argument("the CRM's address holds user info");
    if (text.find_first_of("?#") != std::string_view::npos)
      return invalid_argument("the CRM's address holds a query or fragment");
    const auto slash = std::min(text.find('/'), text.size());
    std::string_view authority = text.substr(0, slash), prefix = text.substr(slash);
    while (prefix.ends_with('/')) prefix.remove_suffix(1);
    for (const char c : prefix)
      if (!is_unreserved(c) && c != '/') return invalid_argument("the CRM's address has an unusual path");
    if (("/" + std::string{prefix} + "/").find("/../") != std::string::npos)
      return invalid_argument("the CRM's address has an unusual path");
    url.prefix = prefix;

    std::optional<std::string_view> port;
    if (authority.starts_with('[')) {
      const auto end = authority.find(']');
      if (end == std::string_view::npos) return invalid_argument("the CRM's address has a broken IPv6 host");
      url.host = authority.substr(1, end - 1);
      authority.remove_prefix(end + 1);
      if (!authority.empty() && authority.front() != ':')
        return invalid_argument("the CRM's address has a broken IPv6 host");
      if (!authority.empty()) port = authority.substr(1);
      const auto unfit = [](char c) {
        return std::string_view{"0123456789abcdefABCDEF:."}.find(c) == std::string_view::npos;
      };
      if (url.host.find(':') == std::string::npos || std::any_of(url.host.begin(), url.host.end(), unfit))
        return invalid_argument("the CRM's address has a broken IPv6 host");
    } else {
      const auto colon = authority.find(':');
      if (colon != std::string_view::npos) port = authority.substr(colon + 1);
      url.host = authority.substr(0, std::min(colon, authority.size()));
      const auto unfit = [](char c) { return !is_unreserved(c) || c == '~'; };
      if (url.host.empty() || std::any_of(url.host.begin(), url.host.end(), unfit))
        return invalid_argument("the CRM's address has no usable host");
    }
    if (port) {
      unsigned number = 0;
      const auto [end, status] = std::from_chars(port->data(), port->data() + port->size(), number);
      if (status != std::errc{} || end != port->data() + port->size() || number < 1 || number > 65535)
        return invalid_argument("the port of the CRM's address is a number from 1 to 65535");
      url.port = static_cast<std::uint16_t>(number);
    }
    return url;
  }

  friend bool operator==(const base_url&, const base_url&) = default;

 private:
  [[nodiscard]] static bool is_ipv4(std::string_view text) noexcept {
    for (int part = 0; part < 4; ++part) {
      unsigned number = 256;
      const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (status != std::errc{} || number > 255) return false;
      text.remove_prefix(static_cast<std::size_t>(end - text.data()));
      if (part == 3) break;
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
    return text.empty();
  }
};

}  // namespace crm::inline v0::http
