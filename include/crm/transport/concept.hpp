/// @file
/// What a transport is: the outside world. It sends bytes, tells the time and waits.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

#include <crm/error.hpp>
#include <crm/http/message.hpp>

namespace crm::inline v0 {

/// Whether the server can have seen a request that failed.
enum class delivery : unsigned char {
  not_sent,  ///< provably not: any method may be sent again
  unknown,   ///< perhaps: sending a write again could do it twice
};

/// Why no usable answer arrived.
struct transport_failure {
  errc code = errc::unreachable;
  delivery sent = delivery::unknown;
  std::string_view reason;  ///< static text: no address, no header, no body
};

using transport_result = tl::expected<http::response, transport_failure>;

/// Until when an exchange may take, and who may end it.
struct send_limits {
  time_point deadline = time_point::max();
  std::stop_token stop;
};

enum class wake : unsigned char { due, stopped };

/// How a real transport reaches the CRM; models without a socket ignore it.
struct transport_options {
  milliseconds connect_timeout{5'000};
  /// The longest silence while an answer is awaited or read.
  milliseconds read_timeout{10'000};
  milliseconds write_timeout{10'000};
  /// An answer's body beyond this many bytes is refused.
  std::size_t max_body = 4U << 20U;
  /// Connections kept or in flight at once; a further call waits for one.
  std::size_t max_connections = 16;
  /// An idle connection older than this is not used again.
  milliseconds max_idle{4'000};
  /// PEM file of the authorities to trust; the system's where empty.
  std::string ca_file;
  /// PEM files of a client certificate and its key; both or neither.
  std::string client_certificate;
  std::string client_key;
  /// An HTTP proxy's host and port; direct where empty.
  std::string proxy_host;
  int proxy_port = 0;
};

/// Requires of `T`, for `t` an lvalue:
///  - `t.send(request, limits)`: one exchange, at most until `limits.deadline` and until a stop is asked for;
///    safe to call from several threads; throws nothing but `std::bad_alloc`.
///  - `t.now()`: the time its deadlines are told in.
///  - `t.wait_until(when, stop)`: returns at `when`, or earlier with `wake::stopped` once a stop is asked for.
template <class T>
concept transport = std::move_constructible<T> &&
    requires(T& t, const http::request& request, const send_limits& limits, time_point when,
             const std::stop_token& stop) {
  { t.send(request, limits) } -> std::same_as<transport_result>;
  { t.now() } -> std::same_as<time_point>;
  { t.wait_until(when, stop) } -> std::same_as<wake>;
};

/// A transport that leaves the process has a `base()`; one without it reaches no network and needs no credential.
template <class T>
concept networked_transport = transport<T> && requires(const T& t) {
  t.base();
};

/// Whether nobody on the way can read what is sent: it is encrypted, or stays on this machine.
template <networked_transport T>
[[nodiscard]] bool is_private(const T& t) {
  if (t.base().tls) return true;
  if constexpr (requires { t.stays_here(); }) return t.stays_here();
  return t.base().is_loopback();
}

}  // namespace crm::inline v0
