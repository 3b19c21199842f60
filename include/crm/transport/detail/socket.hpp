/// @file
/// A TCP socket whose every wait ends in time, and at once when another thread ends it.
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstddef>
#include <mutex>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <crm/transport/concept.hpp>

namespace crm::inline v0::detail {

/// Where a host can be reached.
struct socket_address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

/// A TCP socket that does not block and delays nothing, not connected yet; -1 where there is none to be had.
[[nodiscard]] inline int make_socket(const socket_address& to) noexcept {
  // Not inherited by a program that is started, which would hold the connection open; even one that another thread
  // starts at this moment.
  const int made = ::socket(to.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  if (made >= 0) ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

/// Not blocking; polled, so that the number of a descriptor has no limit but the system's.
class tcp_socket {
 public:
  tcp_socket() = default;
  tcp_socket(const tcp_socket&) = delete;
  tcp_socket& operator=(const tcp_socket&) = delete;
  ~tcp_socket() { close(); }

  /// Connects before `until`; false where that failed, or `end` was called.
  [[nodiscard]] bool connect(const socket_address& to, time_point until) {
    close();
    const int made = make_socket(to);
    if (made < 0) return false;
    adopt(made);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to.bytes), to.size) == 0) return true;
    if (errno != EINPROGRESS || !wait(POLLOUT, until)) return close(), false;
    int fault = 0;
    socklen_t size = sizeof fault;
    // Ended by `end`, a socket has no fault and no peer.
    sockaddr_storage peer{};
    socklen_t peer_size = sizeof peer;
    if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &fault, &size) != 0 || fault != 0 ||
        ::getpeername(descriptor_, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0)
      return close(), false;
    return true;
  }

  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }

  /// Whether nothing waits to be read, not even an end.
  [[nodiscard]] bool is_quiet() const noexcept {
    pollfd waiting{descriptor_, POLLIN, 0};
    return is_open() && ::poll(&waiting, 1, 0) == 0;
  }

  /// Waits for POLLIN or POLLOUT; false where the time came first. Errors and ends count as readiness: reading or
  /// writing tells them.
  [[nodiscard]] bool wait(short events, time_point until) const noexcept {
    for (;;) {
      const auto left = std::chrono::ceil<milliseconds>(until - clock::now()).count();
      if (left <= 0) return false;
      pollfd waiting{descriptor_, events, 0};
      const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, INT_MAX)));
      if (ready > 0) return true;
      if (ready < 0 && errno != EINTR) return false;
    }
  }

  /// How many bytes were read or written; 0 at the end, -1 with `errno`, which is EAGAIN where there is nothing yet.
  [[nodiscard]] std::ptrdiff_t read(char* into, std::size_t size) const noexcept {
    return retried([&] { return ::recv(descriptor_, into, size, 0); });
  }
  /// Raises no SIGPIPE.
  [[nodiscard]] std::ptrdiff_t write(const char* bytes, std::size_t size) const noexcept {
    return retried([&] { return ::send(descriptor_, bytes, size, MSG_NOSIGNAL); });
  }

  void close() noexcept { adopt(-1); }

  /// Ends what the socket is doing or will do; callable from any thread.
  void end() noexcept {
    const std::lock_guard lock{mutex_};
    ended_ = true;
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
  }

 private:
  template <class Call>
  [[nodiscard]] static std::ptrdiff_t retried(Call call) noexcept {
    for (;;) {
      const auto done = call();
      if (done >= 0 || errno != EINTR) return done;
    }
  }

  void adopt(int descriptor) noexcept {
    // Under the lock, for `end` must not reach another socket that got the same number.
    const std::lock_guard lock{mutex_};
    if (const int before = std::exchange(descriptor_, descriptor); before >= 0) ::close(before);
    if (ended_ && descriptor >= 0) ::shutdown(descriptor, SHUT_RDWR);
  }

  std::mutex mutex_;
  bool ended_ = false;
  int descriptor_ = -1;
};

}  // namespace crm::inline v0::detail
