/// @file
/// One connection to the CRM as bytes: TCP, by a proxy where there is one, and TLS over it.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <poll.h>

#include <crm/http/uri.hpp>
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/limits.hpp>
#include <crm/transport/detail/request_text.hpp>
#include <crm/transport/detail/resolve.hpp>
#include <crm/transport/detail/response_head.hpp>
#include <crm/transport/detail/socket.hpp>
#include <crm/transport/detail/tls.hpp>

namespace crm::inline v0::detail {

/// No wait goes beyond the deadline, and `end` ends any at once. What was read and not consumed is kept.
class channel {
 public:
  channel(const http::base_url& base, const transport_options& options, const tls_context* tls)
      : base_{base}, options_{options}, tls_context_{tls} {}
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;
  ~channel() { close(); }

  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }

  /// Connects. Where that fails, nothing of a request was sent.
  [[nodiscard]] std::optional<transport_failure> open(const send_limits& limits) {
    const auto addresses = resolve(base_, options_, {soon(options_.connect_timeout, limits), limits.stop});
    if (addresses.empty()) return not_sent("the host's name has no address");
    const bool connected = std::any_of(addresses.begin(), addresses.end(), [&](const socket_address& each) {
      return socket_.connect(each, soon(options_.connect_timeout, limits));
    });
    if (!connected) return not_sent("no connection could be made");
    auto failed = base_.tls && !options_.proxy_host.empty() ? tunnel(limits) : std::nullopt;
    if (base_.tls && !failed) failed = encrypt(limits);
    if (failed) close();
    return failed;
  }

  /// Whether nothing has arrived that was not consumed. Bytes that come unasked would be read as the next answer, and
  /// be another customer's.
  [[nodiscard]] bool is_quiet() const noexcept {
    if (tls_ && tls_->has_unread()) return false;
    return unread().empty() && socket_.is_quiet();
  }

  /// Sends everything; false where that failed. `begun` tells whether any of it was.
  [[nodiscard]] bool write(std::string_view bytes, const send_limits& limits, bool& begun) {
    while (!bytes.empty()) {
      const auto done = write_some(bytes, soon(options_.write_timeout, limits));
      if (done <= 0) return false;
      begun = true;
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
    asked_ = true;
    return true;
  }

  /// Reads what there is, at least a byte; 0 at the end, -1 where that failed or the time came.
  [[nodiscard]] std::ptrdiff_t fill(const send_limits& limits) {
    if (clock::now() >= limits.deadline) return -1;
    if (buffer_.empty()) buffer_.resize(most_head_bytes + 1);
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    const auto read = read_some(buffer_.data() + end_, buffer_.size() - end_, soon(options_.read_timeout, limits));
    if (read > 0) end_ += static_cast<std::size_t>(read);
    return read;
  }
  [[nodiscard]] std::string_view unread() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t size) noexcept { begin_ += size; }

  /// Ends what the channel is doing or will do; callable from any thread.
  void end() noexcept { socket_.end(); }

 private:
  void close() noexcept {
    if (tls_) tls_->end();
    tls_.reset();
    socket_.close();
  }

  [[nodiscard]] std::optional<transport_failure> tunnel(const send_limits& limits) {
    bool begun = false;
    if (!write(tunnel_request(base_), limits, begun)) return not_sent("the proxy closed the connection");
    std::optional<std::size_t> size;
    for (std::size_t seen = 0; !(size = head_size(unread(), seen));) {
      seen = unread().size();
      if (partial_head_fault(unread())) return not_sent("the proxy's answer is malformed");
      if (fill(limits) <= 0) return not_sent("the proxy does not answer");
    }
    const auto head = read_head(unread().substr(0, *size));
    consume(*size);
    const auto* sound = std::get_if<response_head>(&head);
    if (sound == nullptr || sound->status / 100 != 2 || !unread().empty())
      return not_sent("the proxy refuses to connect to the CRM");
    return std::nullopt;
  }

  [[nodiscard]] std::optional<transport_failure> encrypt(const send_limits& limits) {
    tls_.emplace(*tls_context_, base_.host, socket_);
    return tls_->begin(soon(options_.connect_timeout, limits));
  }

  [[nodiscard]] std::ptrdiff_t write_some(std::string_view bytes, time_point until) {
    if (tls_) return tls_->write(bytes.data(), bytes.size(), until);
    return waited(POLLOUT, until, [&] { return socket_.write(bytes.data(), bytes.size()); });
  }
  [[nodiscard]] std::ptrdiff_t read_some(char* into, std::size_t size, time_point until) {
    if (tls_) return tls_->read(into, size, until);
    // No answer is there at once: to look for it would be a system call for nothing.
    if (std::exchange(asked_, false) && !socket_.wait(POLLIN, until)) return -1;
    return waited(POLLIN, until, [&] { return socket_.read(into, size); });
  }

  template <class Step>
  [[nodiscard]] std::ptrdiff_t waited(short events, time_point until, Step step) const {
    for (;;) {
      const std::ptrdiff_t done = step();
      if (done >= 0 || errno != EAGAIN) return done;
      if (!socket_.wait(events, until)) return -1;
    }
  }

  const http::base_url& base_;
  const transport_options& options_;
  const tls_context* tls_context_;
  tcp_socket socket_;
  std::optional<tls_session> tls_;
  bool asked_ = false;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace crm::inline v0::detail
