/// @file
/// What transports that reach a network have in common, whatever speaks HTTP over their connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string_view>
#include <utility>

#include <crm/http/uri.hpp>
#include <crm/result.hpp>
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/connection_pool.hpp>
#include <crm/transport/detail/framing.hpp>
#include <crm/transport/detail/limits.hpp>
#include <crm/transport/detail/request_text.hpp>
#include <crm/transport/detail/resolve.hpp>
#include <crm/transport/detail/tls.hpp>
#include <crm/transport/steady_time.hpp>

namespace crm::inline v0::detail {

/// Pooled keep-alive connections, one a call in flight. Requires of a `Connection`, made of the address, the options
/// and the trust:
///  - `exchange(request, limits)`: the answer, or why there is none; it connects first where it must;
///  - `may_persist()`: whether the last exchange left it fit for another;
///  - `is_quiet()`: whether nothing, not even an end, has arrived since;
///  - `abort()`: ends what it is doing or will do; called from any thread.
template <class Connection>
class pooled_transport : public steady_time {
 public:
  [[nodiscard]] static result<pooled_transport> make(http::base_url base, transport_options options = {}) {
    if (auto sound = check(options); !sound) return std::move(sound).error();
    std::optional<tls_context> trust;
    if (base.tls) {
      auto made = tls_context::make(options);
      if (!made) return std::move(made).error();
      trust = *std::move(made);
    }
    return pooled_transport{std::make_shared<state>(std::move(base), std::move(options), std::move(trust))};
  }

  /// Throws `crm::exception` where address or options cannot be used; `make` returns the error.
  explicit pooled_transport(std::string_view url, transport_options options = {})
      : pooled_transport{make(http::base_url::parse(url).value(), std::move(options)).value()} {}

  [[nodiscard]] const http::base_url& base() const noexcept { return state_->base; }
  /// Whether what is sent stays on this machine: to a loopback host, and through no proxy.
  [[nodiscard]] bool stays_here() const noexcept {
    return state_->base.is_loopback() && state_->options.proxy_host.empty();
  }

  [[nodiscard]] transport_result send(const http::request& request, const send_limits& limits) {
    if (auto over = spent(limits, delivery::not_sent)) return tl::unexpected{*over};
    auto place = state_->pool.take(limits);
    if (!place) return tl::unexpected{spent(limits, delivery::not_sent).value_or(not_sent("no connection is free"))};
    auto& connection = place->connection();
    try {
      if (connection == nullptr)
        connection = std::make_unique<Connection>(state_->base, state_->options, state_->tls ? &*state_->tls : nullptr);
    } catch (const std::runtime_error&) {  // the system has no more of what it takes
      return tl::unexpected{not_sent("no connection could be made")};
    }
    const std::stop_callback stop{limits.stop, [&]() noexcept { connection->abort(); }};
    auto answer = connection->exchange(request, limits);
    if (answer && connection->may_persist()) place->keep(now());
    if (!answer && answer.error().code == errc::unreachable)
      if (const auto over = spent(limits, answer.error().sent)) return tl::unexpected{*over};
    return answer;
  }

 private:
  struct state {
    state(http::base_url where, transport_options how, std::optional<tls_context> trust)
        : base{std::move(where)}, options{std::move(how)}, tls{std::move(trust)} {}

    http::base_url base;
    transport_options options;
    std::optional<tls_context> tls;
    connection_pool<Connection> pool{options.max_connections, options.max_idle};
  };

  explicit pooled_transport(std::shared_ptr<state> made) : state_{std::move(made)} {}

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

  std::shared_ptr<state> state_;
};

}  // namespace crm::inline v0::detail
