/// @file
/// The real transport, on cpp-httplib. The one door of httplib.
///
/// Debian's cpp-httplib is a compiled library: include it only with the flags it was built with (CMake's
/// `crm_client::httplib`, or `pkg-config --cflags --libs cpp-httplib`), or memory is corrupted silently.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <memory>
#include <new>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#if !defined(CPPHTTPLIB_OPENSSL_SUPPORT) && !defined(CRM_CLIENT_HTTPLIB_WITHOUT_TLS)
#error \
    "build with the flags of `pkg-config --cflags cpp-httplib` (CMake: crm_client::httplib), \
or define CRM_CLIENT_HTTPLIB_WITHOUT_TLS for an httplib built without OpenSSL"
#endif

#include <httplib.h>

#include <crm/http/uri.hpp>
#include <crm/result.hpp>
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/connection_pool.hpp>
#include <crm/transport/detail/framing.hpp>
#include <crm/transport/detail/sigpipe_guard.hpp>
#include <crm/transport/steady_time.hpp>

namespace crm::inline v0 {

namespace detail {

/// One httplib client and a second descriptor of its socket, by which another thread can end a call: the
/// number httplib holds may be closed, and taken by another socket, at any moment.
class httplib_connection {
 public:
  httplib_connection(const http::base_url& base, const transport_options& options) : client_{make(base, options)} {
    client_->set_keep_alive(true);
    client_->set_follow_location(false);
    client_->set_tcp_nodelay(true);
    client_->set_decompress(false);
    // The target is sent byte for byte as it was encoded; httplib's own encoding would change it.
    encode_nothing(*client_);
    set(&httplib::ClientImpl::set_write_timeout, options.write_timeout);
    client_->set_socket_options([this](auto socket) { adopt(socket); });
    if (!options.proxy_host.empty()) client_->set_proxy(options.proxy_host, options.proxy_port);
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
    if (base.tls) {
      client_->enable_server_certificate_verification(true);
      if (!options.ca_file.empty()) client_->set_ca_cert_path(options.ca_file);
    }
#endif
  }
  httplib_connection(const httplib_connection&) = delete;
  httplib_connection& operator=(const httplib_connection&) = delete;
  ~httplib_connection() { adopt(-1); }

  [[nodiscard]] bool is_valid() const { return client_->is_valid(); }

  /// Whether nothing has arrived since the last answer. Bytes that come unasked would be read as the next
  /// answer, and be another customer's.
  [[nodiscard]] bool is_quiet() const noexcept {
    pollfd waiting{descriptor_.load(), POLLIN, 0};
    return waiting.fd >= 0 && ::poll(&waiting, 1, 0) == 0;
  }

  /// Ends whatever the connection is doing; callable from any thread.
  void abort() noexcept {
    aborted_ = true;
    if (const int socket = descriptor_.load(); socket >= 0) ::shutdown(socket, SHUT_RDWR);
  }

  void limit(milliseconds connect, milliseconds read) {
    set(&httplib::ClientImpl::set_connection_timeout, connect);
    set(&httplib::ClientImpl::set_read_timeout, read);
  }

  [[nodiscard]] httplib::ClientImpl& client() noexcept { return *client_; }

 private:
  [[nodiscard]] static std::unique_ptr<httplib::ClientImpl> make(const http::base_url& base,
                                                                 [[maybe_unused]] const transport_options& options) {
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
    if (base.tls)
      return std::make_unique<httplib::SSLClient>(base.host, base.port, options.client_certificate, options.client_key);
#endif
    return std::make_unique<httplib::ClientImpl>(base.host, base.port);
  }

  template <class Client>
  static void encode_nothing(Client& client) {
    if constexpr (requires { client.set_path_encode(false); }) {
      client.set_path_encode(false);
    } else {
      client.set_url_encode(false);
    }
  }

  void set(void (httplib::ClientImpl::*member)(time_t, time_t), milliseconds time) {
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(time);
    ((*client_).*member)(static_cast<time_t>(whole.count()),
                         static_cast<time_t>(std::chrono::microseconds{time - whole}.count()));
  }

  void adopt(int socket) noexcept {
    // Not ::dup: a program that is started must not hold the connection open.
    const int own = socket >= 0 ? ::fcntl(socket, F_DUPFD_CLOEXEC, 0) : -1;
    if (const int before = descriptor_.exchange(own); before >= 0) ::close(before);
    if (aborted_ && own >= 0) ::shutdown(own, SHUT_RDWR);
  }

  std::atomic<int> descriptor_{-1};
  std::atomic<bool> aborted_{false};
  std::unique_ptr<httplib::ClientImpl> client_;
};

}  // namespace detail

/// HTTP and HTTPS over pooled keep-alive connections, one a call in flight. Server certificates and host names
/// are verified; redirects are not followed; nothing is decompressed.
class httplib_transport : public steady_time {
 public:
  [[nodiscard]] static result<httplib_transport> make(http::base_url base, transport_options options = {}) {
    if (auto sound = check(base, options); !sound) return std::move(sound).error();
    return httplib_transport{std::move(base), std::move(options)};
  }

  /// Throws `crm::exception` where address or options cannot be used; `make` returns the error.
  explicit httplib_transport(std::string_view url, transport_options options = {})
      : httplib_transport{make(http::base_url::parse(url).value(), std::move(options)).value()} {}

  [[nodiscard]] const http::base_url& base() const noexcept { return state_->base; }

  [[nodiscard]] transport_result send(const http::request& request, const send_limits& limits) {
    if (limits.stop.stop_requested()) return failure(errc::cancelled, delivery::not_sent, "the caller asked to stop");
    if (now() >= limits.deadline)
      return failure(errc::deadline_exceeded, delivery::not_sent, "no time was left to send");
    auto place = state_->pool.take(limits);
    if (!place) return ended(limits, delivery::not_sent, "no connection became free");
    try {
      auto& connection = place->connection();
      if (connection == nullptr)
        connection = std::make_unique<detail::httplib_connection>(state_->base, state_->options);
      if (!connection->is_valid())
        return failure(errc::tls_failed, delivery::not_sent, "the client certificate cannot be used");
      auto answer = exchange_on(*connection, request, limits);
      if (answer) place->keep(now());
      return answer;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (...) {
      // httplib throws on some answers it cannot read.
      return failure(errc::bad_response, delivery::unknown, "the answer cannot be read");
    }
  }

 private:
  struct state {
    http::base_url base;
    transport_options options;
    detail::connection_pool<detail::httplib_connection> pool{options.max_connections, options.max_idle};
  };

  httplib_transport(http::base_url base, transport_options options)
      : state_{new state{std::move(base), std::move(options)}} {}

  [[nodiscard]] static result<void> check([[maybe_unused]] const http::base_url& base,
                                          const transport_options& options) {
#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
    if (base.tls) return invalid_argument("this build has no TLS: use an httplib built with OpenSSL");
#endif
    for (const auto time : {options.connect_timeout, options.read_timeout, options.write_timeout})
      if (time <= milliseconds{0} || time > std::chrono::hours{24})
        return invalid_argument("a timeout is above zero and at most a day");
    if (options.max_connections == 0) return invalid_argument("a pool holds at least one connection");
    if (options.max_body == 0) return invalid_argument("max_body is above zero");
    if (options.client_certificate.empty() != options.client_key.empty())
      return invalid_argument("a client certificate needs its key, and a key its certificate");
    for (const auto& file : {options.ca_file, options.client_certificate, options.client_key})
      if (!file.empty() && !std::ifstream{file}) return invalid_argument("a certificate or key file cannot be read");
    if (!options.proxy_host.empty() && (options.proxy_port < 1 || options.proxy_port > 65535))
      return invalid_argument("the proxy's port is a number from 1 to 65535");
    return {};
  }

  [[nodiscard]] static tl::unexpected<transport_failure> failure(errc code, delivery sent, std::string_view reason) {
    return tl::unexpected{transport_failure{code, sent, reason}};
  }

  /// A failure that the caller's stop or deadline explains, or else `reason`.
  [[nodiscard]] tl::unexpected<transport_failure> ended(const send_limits& limits, delivery sent,
                                                        std::string_view reason) const {
    if (limits.stop.stop_requested()) return failure(errc::cancelled, sent, "the caller asked to stop");
    if (now() >= limits.deadline) return failure(errc::deadline_exceeded, sent, "the call's time ran out");
    return failure(errc::unreachable, sent, reason);
  }

  [[nodiscard]] transport_result exchange_on(detail::httplib_connection& connection, const http::request& request,
                                             const send_limits& limits) {
    const auto left = std::chrono::ceil<milliseconds>(limits.deadline - now());
    connection.limit(std::min(left, state_->options.connect_timeout), std::min(left, state_->options.read_timeout));

    http::response answer;
    std::optional<transport_failure> fault;
    httplib::Request out;
    out.method = to_string(request.method);
    out.path = request.target;
    out.body = request.body;
    for (const auto& [name, value] : request.headers) out.headers.emplace(name, value);
    out.headers.emplace("Accept-Encoding", "identity");
    // Both handlers are noexcept: httplib 0.11.4 does not survive a throw in one.
    out.response_handler = [&](const httplib::Response& head) noexcept { return accept_head(head, answer, fault); };
    out.content_receiver = [&](const char* bytes, std::size_t size, auto...) noexcept {
      return accept_body({bytes, size}, limits, answer, fault);
    };

    const detail::sigpipe_guard guard;
    const std::stop_callback stop{limits.stop, [&]() noexcept { connection.abort(); }};
    const auto outcome = connection.client().send(out);
    if (outcome) {
      // httplib asks no handler about a 204.
      const bool sound = answer.status != 0 || accept_head(*outcome, answer, fault);
      if (sound && !fault) return answer;
    }
    if (fault) return tl::unexpected{*fault};
    return of_error(outcome.error(), limits);
  }

  [[nodiscard]] static bool accept_head(const httplib::Response& head, http::response& answer,
                                        std::optional<transport_failure>& fault) noexcept {
    answer.status = head.status;
    for (const auto& [name, value] : head.headers) answer.headers.push_back({name, value});
    if (const auto wrong = detail::framing_fault(head.status, answer.headers)) {
      fault = transport_failure{errc::bad_response, delivery::unknown, *wrong};
    } else if (head.status < 200 || head.status == 304) {
      // No body follows, and httplib would wait for one.
      fault = transport_failure{errc::bad_response, delivery::unknown, "the CRM answers 304 or 1xx unasked"};
    }
    return !fault;
  }

  [[nodiscard]] bool accept_body(std::string_view bytes, const send_limits& limits, http::response& answer,
                                 std::optional<transport_failure>& fault) const noexcept {
    if (answer.body.size() + bytes.size() > state_->options.max_body) {
      fault = transport_failure{errc::response_too_large, delivery::unknown, "the answer's body is too large"};
    } else if (now() >= limits.deadline) {
      fault = transport_failure{errc::deadline_exceeded, delivery::unknown, "the call's time ran out"};
    } else {
      answer.body.append(bytes);
    }
    return !fault;
  }

  [[nodiscard]] tl::unexpected<transport_failure> of_error(httplib::Error error, const send_limits& limits) const {
    switch (error) {
      case httplib::Error::Connection: return ended(limits, delivery::not_sent, "no connection could be made");
      case httplib::Error::ConnectionTimeout: return ended(limits, delivery::not_sent, "connecting timed out");
      case httplib::Error::SSLConnection: return ended(limits, delivery::not_sent, "the TLS handshake failed");
      case httplib::Error::SSLLoadingCerts:
        return failure(errc::tls_failed, delivery::not_sent, "the trusted certificates cannot be loaded");
      case httplib::Error::SSLServerVerification:
        return failure(errc::tls_failed, delivery::not_sent, "the server's certificate is not valid for this host");
      case httplib::Error::Write: return ended(limits, delivery::unknown, "the connection broke while sending");
      case httplib::Error::Read: return ended(limits, delivery::unknown, "no complete answer arrived");
      default: return ended(limits, delivery::unknown, "the connection broke");
    }
  }

  std::shared_ptr<state> state_;
};

}  // namespace crm::inline v0
