/// @file
/// The lines by which a request names what it is for. (RFC 9112, section 3.)
#pragma once

#include <string>

#include <crm/http/message.hpp>
#include <crm/http/uri.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::detail {

/// Byte for byte as the target was encoded. To a proxy, in absolute form. (RFC 9112, section 3.2.)
inline void append_request_line(std::string& out, const http::request& request, const http::base_url& base,
                                const transport_options& options) {
  out.append(to_string(request.method)).append(" ");
  if (!base.tls && !options.proxy_host.empty()) out.append("http://").append(base.authority());
  out.append(request.target).append(" HTTP/1.1");
}

/// Asks a proxy for a way to the CRM. (RFC 9110, section 9.3.6.)
[[nodiscard]] inline std::string tunnel_request(const http::base_url& base) {
  const std::string target = base.host_and_port();
  return "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n";
}

}  // namespace crm::inline v0::detail
