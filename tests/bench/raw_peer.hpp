/// @file
/// The far end of a benchmark of transports: another process, which answers every request with the same page.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

/// 25 customers, of which the list holds no more: about 9.4 KB.
[[nodiscard]] inline std::string page_of_customers() {
  std::string body = R"({"customers":[)";
  for (int i = 0; i < 25; ++i) {
    const std::string n = std::to_string(1'000 + i);
    body.append(i == 0 ? "" : ",")
        .append(R"({"id":"8c6f4a52-0d3b-4f0e-9a51-5b1f2c3d)" + n + R"(","name":"Jane Smith )" + n)
        .append(R"(","email":"jane.smith.)" + n + R"(@example.com","phone":"+1 612 555 )" + n)
        .append(R"(","address":"742 Evergreen Terrace, Apartment )" + n + R"(","city":"Eagan","status":"past",)")
        .append(R"("services":["fertilizer","weed_control"],"last_service_date":"2025-09-15",)")
        .append(R"("signed_seasons":[2024,2025],"notes":"Gate code at the side, beware of the dog",)")
        .append(R"("created_at":"2024-03-01T09:30:00Z"})");
  }
  return body + R"(],"meta":{"total":25,"page":1,"per_page":25}})";
}

[[nodiscard]] inline std::string answer_with(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nDate: Mon, 02 Feb 2026 08:00:00 GMT\r\n\r\n" + body;
}

[[nodiscard]] inline bool write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

inline void answer_all(int peer, const std::string& answer) {
  const int on = 1;
  ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::string seen;
  char bytes[4096];
  for (std::ptrdiff_t count = 0; (count = ::recv(peer, bytes, sizeof bytes, 0)) > 0;) {
    seen.append(bytes, static_cast<std::size_t>(count));
    if (!seen.ends_with("\r\n\r\n")) continue;  // requests without a body, one at a time
    seen.clear();
    if (!write_all(peer, answer)) break;
  }
  ::close(peer);
}

/// Serves until this process ends; answers the port. Call it before any thread is started.
[[nodiscard]] inline std::uint16_t start_peer(const std::string& answer) {
  const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listening, plain, size) != 0 || ::listen(listening, 16) != 0 ||
      ::getsockname(listening, plain, &size) != 0)
    throw std::system_error{errno, std::generic_category(), "cannot listen"};
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error{errno, std::generic_category(), "cannot fork"};
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
      if (const int peer = ::accept(listening, nullptr, nullptr); peer >= 0)
        std::thread{[peer, &answer] { answer_all(peer, answer); }}.detach();
  }
  ::close(listening);
  return ntohs(address.sin_port);
}

}  // namespace bench
