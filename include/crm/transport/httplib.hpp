/// @file
/// The real transport, on cpp-httplib.
#pragma once

#include <chrono>
#include <cstddef>
#include <fstream>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>

#include <crm/http/uri.hpp>
#include <crm/result.hpp>
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/connection_pool.hpp>
#include <crm/transport/httplib_connection.hpp>
#include <crm/transport/steady_time.hpp>

namespace crm::inline v0 {

/// HTTP and HTTPS over pooled keep-alive connections, one a call in flight. Server certificates and host names
/// are verified; redirects are not followed; nothing is decompressed.
class httplib_transport : public steady_time {
 public:
  [[nodiscard]] static result<httplib_transport> make(http::base_url base, transport_options options = {}) {
    if (auto sound = check(options); !sound) return std::move(sound).error();
    std::optional<detail::tls_context> trust;
    if (base.tls) {
      auto made = detail::tls_context::make(options);
      if (!made) return std::move(made).error();
      trust = *std::move(made);
    }
    return httplib_transport{std::make_shared<state>(std::move(base), std::move(options), std::move(trust))};
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
    if (auto over = spent(limits, delivery::not_sent)) return tl::unexpected{*over};
    auto place = state_->pool.take(limits);
    if (!place)
      return tl::unexpected{
          spent(limits, delivery::not_sent)
              .value_or(transport_failure{errc::unreachable, delivery::not_sent, "no connection is free"})};
    auto& connection = place->connection();
    if (connection == nullptr)
      connection = std::make_unique<detail::httplib_connection>(state_->base, state_->options,
                                                                state_->tls ? &*state_->tls : nullptr);
    const std::stop_callback stop{limits.stop, [&]() noexcept { connection->abort(); }};
    auto answer = connection->exchange(request, limits);
    if (answer && connection->may_persist()) place->keep(now());
    if (!answer && answer.error().code == errc::unreachable)
      if (const auto over = spent(limits, answer.error().sent)) return tl::unexpected{*over};
    return answer;
  }

 private:
  struct state {
    state(http::base_url where, transport_options how, std::optional<detail::tls_context> trust)
        : base{std::move(where)}, options{std::move(how)}, tls{std::move(trust)} {}

    http::base_url base;
    transport_options options;
    std::optional<detail::tls_context> tls;
    detail::connection_pool<detail::httplib_connection> pool{options.max_connections, options.max_idle};
  };

  explicit httplib_transport(std::shared_ptr<state> made) : state_{std::move(made)} {}

  [[nodiscard]] static result<void> check(const transport_options& options) {
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

  /// What ended a call, where its caller or its time did.
  [[nodiscard]] std::optional<transport_failure> spent(const send_limits& limits, delivery sent) const {
    if (limits.stop.stop_requested()) return transport_failure{errc::cancelled, sent, "the caller asked to stop"};
    if (now() >= limits.deadline) return transport_failure{errc::deadline_exceeded, sent, "the call's time ran out"};
    return std::nullopt;
  }

  std::shared_ptr<state> state_;
};

}  // namespace crm::inline v0
