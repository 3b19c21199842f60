/// @file
/// A server of bytes on a loopback port, for tests of what crosses a socket.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

/// A loopback socket that listens on a port of its own. SIGPIPE is never raised, and never ignored, on its account.
class listening_socket {
 public:
  listening_socket() : descriptor_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (descriptor_ < 0 || ::bind(descriptor_, plain, size) != 0 || ::listen(descriptor_, 64) != 0 ||
        ::getsockname(descriptor_, plain, &size) != 0)
      throw std::system_error{errno, std::generic_category(), "cannot listen"};
    port_ = ntohs(address.sin_port);
  }
  listening_socket(const listening_socket&) = delete;
  listening_socket& operator=(const listening_socket&) = delete;
  ~listening_socket() { ::close(descriptor_); }

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int descriptor_;
  int port_ = 0;
};

/// One accepted connection, in the hands of its handler.
class wire {
 public:
  explicit wire(int descriptor) : descriptor_{descriptor} {}

  /// A request's head and body as they came; nothing once the peer has closed.
  [[nodiscard]] std::optional<std::string> read_request() {
    std::size_t head = std::string::npos;
    while ((head = buffered_.find("\r\n\r\n")) == std::string::npos)
      if (!read_more()) return std::nullopt;
    std::size_t whole = head + 4;
    const std::string_view name = "Content-Length: ";
    if (const auto length = buffered_.find(name); length < head)
      whole += std::stoul(buffered_.substr(length + name.size()));
    while (buffered_.size() < whole)
      if (!read_more()) return std::nullopt;
    std::string request = buffered_.substr(0, whole);
    buffered_.erase(0, whole);
    return request;
  }

  /// Waits for some bytes and drops them.
  void read_some() { (void)read_more(); }

  /// Answers whether the peer still takes bytes.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Waits until the peer has closed.
  void await_close() {
    while (read_more()) {}
  }

  /// Tells the peer that nothing more will be written.
  void end_writing() { ::shutdown(descriptor_, SHUT_WR); }

  /// The close at the handler's end will be a reset, not an end.
  void reset_on_close() {
    const linger now{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

 private:
  bool read_more() {
    char bytes[4096];
    const auto count = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    buffered_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  int descriptor_;
  std::string buffered_;
};

/// Gives each connection to `handler` in a thread of its own, and closes it when that returns. Numbers count from 1.
class raw_server {
 public:
  using handler = std::function<void(wire&, int number)>;

  explicit raw_server(handler serve) : serve_{std::move(serve)}, accepting_{[this] { accept_all(); }} {}
  raw_server(const raw_server&) = delete;
  raw_server& operator=(const raw_server&) = delete;
  ~raw_server() {
    ending_ = true;
    ::shutdown(socket_.descriptor(), SHUT_RDWR);
    accepting_.join();
    {
      const std::lock_guard lock{mutex_};
      for (const int open : open_) ::shutdown(open, SHUT_RDWR);
    }
    for (auto& thread : serving_) thread.join();
  }

  [[nodiscard]] std::string url() const { return socket_.url(); }
  /// How many connections have been made.
  [[nodiscard]] int accepted() const noexcept { return accepted_; }

 private:
  void accept_all() {
    while (!ending_) {
      const int accepted = ::accept4(socket_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) continue;
      const int at_once = 1;
      ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
      const int number = ++accepted_;
      const std::lock_guard lock{mutex_};
      open_.push_back(accepted);
      serving_.emplace_back([this, accepted, number] {
        wire peer{accepted};
        serve_(peer, number);
        const std::lock_guard closing{mutex_};
        std::erase(open_, accepted);
        ::close(accepted);
      });
    }
  }

  handler serve_;
  listening_socket socket_;
  std::atomic<bool> ending_{false};
  std::atomic<int> accepted_{0};
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

/// An answer with a length.
[[nodiscard]] inline std::string http_answer(std::string_view body, std::string_view status = "200 OK",
                                             std::string_view headers = "") {
  return std::string{"HTTP/1.1 "}
      .append(status)
      .append("\r\nContent-Type: application/json\r\nContent-Length: ")
      .append(std::to_string(body.size()))
      .append("\r\n")
      .append(headers)
      .append("\r\n")
      .append(body);
}

}  // namespace support
