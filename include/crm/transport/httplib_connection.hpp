/// @file
/// One connection of cpp-httplib. The one door of httplib.
///
/// Debian's cpp-httplib is a compiled library: include it only with the flags it was built with (CMake's
/// `crm_client::httplib`, or `pkg-config --cflags --libs cpp-httplib`), or memory is corrupted silently.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <type_traits>
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
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/sigpipe_guard.hpp>

namespace crm::inline v0::detail {

#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
/// Looks into httplib's TLS client for bytes that were decrypted and not asked for: the socket no longer shows them.
template <class Client>
class tls_client : public Client {
 public:
  using Client::Client;
  [[nodiscard]] bool has_unread() const {
    return this->socket_.ssl != nullptr && SSL_has_pending(this->socket_.ssl) == 1;
  }
};

/// Where httplib does not let us look, a TLS connection is not used twice.
template <class Client = httplib::SSLClient>
[[nodiscard]] bool has_unread(const httplib::ClientImpl& client) {
  if constexpr (std::is_final_v<Client>) {
    return true;
  } else {
    return static_cast<const tls_client<Client>&>(client).has_unread();
  }
}

template <class Client = httplib::SSLClient>
[[nodiscard]] std::unique_ptr<httplib::ClientImpl> make_tls_client(const http::base_url& base,
                                                                   const transport_options& options) {
  using Made =
      std::conditional_t<std::is_final_v<Client>, std::type_identity<Client>, std::type_identity<tls_client<Client>>>;
  return std::make_unique<typename Made::type>(base.host, base.port, options.client_certificate, options.client_key);
}
#endif

/// One httplib client and a second descriptor of its socket, by which another thread can end a call: the
/// number httplib holds may be closed, and taken by another socket, at any moment.
class httplib_connection {
 public:
  httplib_connection(const http::base_url& base, const transport_options& options)
      : tls_{base.tls}, client_{make(base, options)} {
    client_->set_keep_alive(true);
    client_->set_follow_location(false);
    client_->set_tcp_nodelay(true);
    client_->set_decompress(false);
    // The target is sent byte for byte as it was encoded; httplib's own encoding would change it.
    encode_nothing(*client_);
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
  ~httplib_connection() {
    const sigpipe_guard guard;  // TLS says goodbye to a peer that may be gone
    client_.reset();
    adopt(-1);
  }

  [[nodiscard]] bool is_valid() const { return client_->is_valid(); }

  /// Whether nothing has arrived since the last answer. Bytes that come unasked would be read as the next
  /// answer, and be another customer's.
  [[nodiscard]] bool is_quiet() const noexcept {
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
    if (tls_ && has_unread(*client_)) return false;
#endif
    const std::lock_guard lock{mutex_};
    pollfd waiting{descriptor_, POLLIN, 0};
    return waiting.fd >= 0 && ::poll(&waiting, 1, 0) == 0;
  }

  /// Ends whatever the connection is doing; callable from any thread.
  void abort() noexcept {
    const std::lock_guard lock{mutex_};
    aborted_ = true;
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
  }

  void limit(milliseconds connect, milliseconds read, milliseconds write) {
    set(&httplib::ClientImpl::set_connection_timeout, connect);
    set(&httplib::ClientImpl::set_read_timeout, read);
    set(&httplib::ClientImpl::set_write_timeout, write);
  }

  [[nodiscard]] httplib::ClientImpl& client() noexcept { return *client_; }

 private:
  [[nodiscard]] static std::unique_ptr<httplib::ClientImpl> make(const http::base_url& base,
                                                                 [[maybe_unused]] const transport_options& options) {
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
    if (base.tls) return make_tls_client(base, options);
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
    const std::lock_guard lock{mutex_};
    if (const int before = std::exchange(descriptor_, own); before >= 0) ::close(before);
    if (aborted_ && own >= 0) ::shutdown(own, SHUT_RDWR);
  }

  // Held while the descriptor is used: closed in between, its number could be another socket's.
  mutable std::mutex mutex_;
  int descriptor_ = -1;
  bool aborted_ = false;
  bool tls_;
  std::unique_ptr<httplib::ClientImpl> client_;
};

}  // namespace crm::inline v0::detail
