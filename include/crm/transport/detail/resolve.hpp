/// @file
/// From a host's name to its addresses, in no more time than there is.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <netdb.h>

#include <crm/http/uri.hpp>
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/socket.hpp>

namespace crm::inline v0::detail {

[[nodiscard]] inline std::vector<socket_address> addresses_of(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  std::vector<socket_address> found;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list) != 0) return found;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    if (each->ai_addrlen > sizeof(sockaddr_storage)) continue;
    auto& address = found.emplace_back();
    std::memcpy(&address.bytes, each->ai_addr, each->ai_addrlen);
    address.size = each->ai_addrlen;
  }
  ::freeaddrinfo(list);
  return found;
}

/// The addresses of a host in the order to try them; none where there are none, or the limits came first.
///
/// The system's lookup of a name cannot be ended. It runs in a thread of its own, which is left behind where it takes
/// longer than there is time.
[[nodiscard]] inline std::vector<socket_address> resolve(const std::string& host, std::uint16_t port,
                                                         const send_limits& limits) {
  if (auto numeric = addresses_of(host, port, AI_NUMERICHOST); !numeric.empty()) return numeric;

  struct lookup {
    std::mutex mutex;
    std::condition_variable_any changed;
    bool done = false;
    std::vector<socket_address> found{};
  };
  const auto shared = std::make_shared<lookup>();
  try {
    std::thread{[shared, host, port] {
      auto found = addresses_of(host, port, 0);
      const std::lock_guard lock{shared->mutex};
      shared->found = std::move(found);
      shared->done = true;
      shared->changed.notify_all();
    }}.detach();
  } catch (const std::system_error&) {
    return {};  // no more threads
  }
  std::unique_lock lock{shared->mutex};
  shared->changed.wait_until(lock, limits.stop, limits.deadline, [&] { return shared->done; });
  return std::move(shared->found);
}

/// Where to connect to reach the CRM: its host, or the proxy's where there is one.
[[nodiscard]] inline std::vector<socket_address> resolve(const http::base_url& base, const transport_options& options,
                                                         const send_limits& limits) {
  if (options.proxy_host.empty()) return resolve(base.host, base.port, limits);
  return resolve(options.proxy_host, static_cast<std::uint16_t>(options.proxy_port), limits);
}

}  // namespace crm::inline v0::detail
