/// @file
/// TLS by OpenSSL over a `tcp_socket`. The one door of OpenSSL.
///
/// The server's certificate and name are always verified; nothing turns that off. (RFC 9110, section 4.3.4.)
#pragma once

#include <cerrno>
#include <climits>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#if defined(CPPHTTPLIB_OPENSSL_SUPPORT) || defined(CRM_CLIENT_WITH_BEAST)
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#endif

#include <crm/result.hpp>
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/limits.hpp>
#include <crm/transport/detail/socket.hpp>

namespace crm::inline v0::detail {

#if defined(CPPHTTPLIB_OPENSSL_SUPPORT) || defined(CRM_CLIENT_WITH_BEAST)

struct tls_deleter {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL* session) const noexcept { SSL_free(session); }
};

/// What all TLS connections of a transport share: whom they trust, and who they are.
class tls_context {
 public:
  [[nodiscard]] static result<tls_context> make(const transport_options& options) {
    tls_context made;
    SSL_CTX* const context = made.context_.get();
    if (context == nullptr) return invalid_argument("OpenSSL cannot be used");
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    const bool trusting = options.ca_file.empty()
                              ? SSL_CTX_set_default_verify_paths(context) == 1
                              : SSL_CTX_load_verify_locations(context, options.ca_file.c_str(), nullptr) == 1;
    const bool identified = options.client_certificate.empty() ||
                            (SSL_CTX_use_certificate_chain_file(context, options.client_certificate.c_str()) == 1 &&
                             SSL_CTX_use_PrivateKey_file(context, options.client_key.c_str(), SSL_FILETYPE_PEM) == 1 &&
                             SSL_CTX_check_private_key(context) == 1);
    ERR_clear_error();
    if (!trusting) return invalid_argument("ca_file holds no certificate that can be used");
    if (!identified) return invalid_argument("the client certificate and its key cannot be used together");
    return made;
  }

  /// A session that will be trusted only with a certificate for this name or address; nothing where there is no memory.
  [[nodiscard]] std::unique_ptr<SSL, tls_deleter> session_with(const std::string& host) const {
    std::unique_ptr<SSL, tls_deleter> made{SSL_new(context_.get())};
    if (!made || X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(made.get()), host.c_str()) == 1) return made;
    ERR_clear_error();
    SSL_set_hostflags(made.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(made.get(), host.c_str()) != 1 ||
        SSL_ctrl(made.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(host.c_str())) != 1)
      return nullptr;
    return made;
  }

 private:
  std::unique_ptr<SSL_CTX, tls_deleter> context_{SSL_CTX_new(TLS_client_method())};
};

/// Why a handshake failed, none of which reveals the request to anybody.
[[nodiscard]] inline transport_failure handshake_failure(const SSL* session) noexcept {
  if (session != nullptr && SSL_get_verify_result(session) != X509_V_OK)
    return not_sent("the server's certificate is not valid for this host", errc::tls_failed);
  return not_sent("the TLS handshake failed");
}

/// OpenSSL's own socket writes would raise SIGPIPE where the peer is gone.
[[nodiscard]] inline BIO_METHOD* socket_bio() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "crm_client socket");
    if (made == nullptr) return made;
    BIO_meth_set_create(made, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1L : 0L; });
    BIO_meth_set_read(made, [](BIO* bio, char* into, int size) {
      BIO_clear_retry_flags(bio);
      const auto done = static_cast<const tcp_socket*>(BIO_get_data(bio))->read(into, static_cast<std::size_t>(size));
      if (done < 0 && errno == EAGAIN) BIO_set_retry_read(bio);
      return static_cast<int>(done);
    });
    BIO_meth_set_write(made, [](BIO* bio, const char* bytes, int size) {
      BIO_clear_retry_flags(bio);
      const auto done = static_cast<const tcp_socket*>(BIO_get_data(bio))->write(bytes, static_cast<std::size_t>(size));
      if (done < 0 && errno == EAGAIN) BIO_set_retry_write(bio);
      return static_cast<int>(done);
    });
    return made;
  }();
  return method;
}

/// One session over one socket, which must outlive it.
class tls_session {
 public:
  tls_session(const tls_context& context, const std::string& host, tcp_socket& socket)
      : socket_{socket}, ssl_{context.session_with(host)} {}

  /// Shakes hands; or answers why that failed.
  [[nodiscard]] std::optional<transport_failure> begin(time_point until) {
    BIO* const bio = ssl_ ? BIO_new(socket_bio()) : nullptr;
    if (bio == nullptr) return handshake_failure(nullptr);
    BIO_set_data(bio, &socket_);
    SSL_set_bio(ssl_.get(), bio, bio);
    if (drive(until, [&] { return SSL_connect(ssl_.get()); }) > 0) return std::nullopt;
    return handshake_failure(ssl_.get());
  }

  /// As `tcp_socket`'s, but they wait until `until`. A cut without a goodbye is an error, not an end.
  [[nodiscard]] std::ptrdiff_t read(char* into, std::size_t size, time_point until) {
    return drive(until, [&] { return SSL_read(ssl_.get(), into, clamped(size)); });
  }
  [[nodiscard]] std::ptrdiff_t write(const char* bytes, std::size_t size, time_point until) {
    return drive(until, [&] { return SSL_write(ssl_.get(), bytes, clamped(size)); });
  }

  /// Whether bytes were taken from the socket that nobody has asked for yet.
  [[nodiscard]] bool has_unread() const noexcept { return SSL_has_pending(ssl_.get()) == 1; }

  /// Says goodbye, if that needs no waiting.
  void end() noexcept {
    if (!ssl_) return;
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

 private:
  [[nodiscard]] static int clamped(std::size_t size) noexcept {
    return size > INT_MAX ? INT_MAX : static_cast<int>(size);
  }

  /// Repeats a step of OpenSSL's until it is done, has failed (-1), or time is up (-1).
  template <class Step>
  [[nodiscard]] std::ptrdiff_t drive(time_point until, Step step) {
    for (;;) {
      ERR_clear_error();
      const int done = step();
      if (done > 0) return done;
      const int why = SSL_get_error(ssl_.get(), done);
      ERR_clear_error();
      if (why == SSL_ERROR_ZERO_RETURN) return 0;
      if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return -1;
      if (!socket_.wait(why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, until)) return -1;
    }
  }

  tcp_socket& socket_;
  std::unique_ptr<SSL, tls_deleter> ssl_;
};

#else
/// In a build without OpenSSL there is no TLS to be had, and nothing begins without a context.
class tls_context {
 public:
  [[nodiscard]] static result<tls_context> make(const transport_options&) {
    return invalid_argument("this build has no TLS: use an httplib built with OpenSSL");
  }
};

class tls_session {
 public:
  tls_session(const tls_context&, const std::string&, tcp_socket&) {}
  [[nodiscard]] std::optional<transport_failure> begin(time_point) { return not_sent("this build has no TLS"); }
  [[nodiscard]] std::ptrdiff_t read(char*, std::size_t, time_point) { return -1; }
  [[nodiscard]] std::ptrdiff_t write(const char*, std::size_t, time_point) { return -1; }
  [[nodiscard]] bool has_unread() const noexcept { return false; }
  void end() noexcept {}
};
#endif

}  // namespace crm::inline v0::detail
