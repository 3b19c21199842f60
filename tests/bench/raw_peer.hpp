/// @file
/// The far end of a benchmark of transports: another process, on another core where there is one. It answers a query
/// with a page, and everything else with one customer.
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
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

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

/// What the peer answers with: heads and bodies.
struct peer_answers {
  std::string page;
  std::string one;
};

/// How many bytes the first request takes; 0 where it is not there whole.
[[nodiscard]] inline std::size_t request_size(std::string_view bytes) {
  const auto head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view name = "Content-Length: ";
  const auto length = bytes.substr(0, head).find(name);
  const std::size_t body =
      length == std::string_view::npos ? 0 : std::stoul(std::string{bytes.substr(length + name.size(), 8)});
  return bytes.size() < head + 4 + body ? 0 : head + 4 + body;
}

inline void answer_all(int peer, const peer_answers& answers) {
  const int on = 1;
  ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::string seen;
  char bytes[4096];
  for (std::ptrdiff_t count = 0; (count = ::recv(peer, bytes, sizeof bytes, 0)) > 0;) {
    seen.append(bytes, static_cast<std::size_t>(count));
    const std::size_t size = request_size(seen);
    if (size == 0) continue;
    const bool query = std::string_view{seen}.substr(0, seen.find("\r\n")).find('?') != std::string_view::npos;
    seen.erase(0, size);
    if (!write_all(peer, query ? answers.page : answers.one)) break;
  }
  ::close(peer);
}

/// Where this process is bound to some of the cores, moves it to the others.
inline void leave_the_cores() {
  cpu_set_t taken{}, others{};
  if (::sched_getaffinity(0, sizeof taken, &taken) != 0) return;
  for (int core = 0; core < ::sysconf(_SC_NPROCESSORS_ONLN); ++core)
    if (!CPU_ISSET(core, &taken)) CPU_SET(core, &others);
  if (CPU_COUNT(&others) > 0) ::sched_setaffinity(0, sizeof others, &others);
}

/// Serves until this process ends; answers the port. Call it before any thread is started.
[[nodiscard]] inline std::uint16_t start_peer(const peer_answers& answers) {
  const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listening, plain, size) != 0 || ::listen(listening, 16) != 0 ||
      ::getsockname(listening, plain, &size) != 0)
    throw std::system_error{errno, std::generic_category(), "cannot listen"};
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error{errno, std::generic_category(), "cannot fork"};
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0);  // it ended before it could be said that its end is ours
    leave_the_cores();
    for (;;)
      if (const int peer = ::accept(listening, nullptr, nullptr); peer >= 0)
        std::thread{[peer, &answers] { answer_all(peer, answers); }}.detach();
  }
  ::close(listening);
  return ntohs(address.sin_port);
}

}  // namespace bench
