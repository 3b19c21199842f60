/// @file
/// The real transport, on cpp-httplib.
#pragma once

#include <algorithm>
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

#include <crm/http/uri.hpp>
#include <crm/result.hpp>
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/connection_pool.hpp>
#include <crm/transport/detail/framing.hpp>
#include <crm/transport/detail/sigpipe_guard.hpp>
#include <crm/transport/httplib_connection.hpp>
#include <crm/transport/steady_time.hpp>

namespace crm::inline v0 {

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
  /// Whether what is sent stays on this machine: to a loopback host, and through no proxy.
  [[nodiscard]] bool stays_here() const noexcept {
    return state_->base.is_loopback() && state_->options.proxy_host.empty();
  }

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
    if (options.max_idle < milliseconds{0} || options.max_idle > std::chrono::hours{24})
      return invalid_argument("max_idle is at most a day");
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
    connection.limit(std::min(left, state_->options.connect_timeout), std::min(left, state_->options.read_timeout),
                     std::min(left, state_->options.write_timeout));

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
