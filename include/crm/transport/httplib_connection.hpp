/// @file
/// HTTP over one connection, by cpp-httplib. The one door of httplib.
///
/// httplib writes requests and takes bodies apart. The socket, TLS and the heads of answers are our own: httplib's wait
/// longer than they are told to, crash on long status lines and believe broken framing (docs/guide.md, A hostile
/// server).
///
/// Debian's cpp-httplib is a compiled library: include it only with the flags it was built with (CMake's
/// `crm_client::httplib`, or `pkg-config --cflags --libs cpp-httplib`), or memory is corrupted silently.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#if !defined(CPPHTTPLIB_OPENSSL_SUPPORT) && !defined(CRM_CLIENT_HTTPLIB_WITHOUT_TLS)
#error \
    "build with the flags of `pkg-config --cflags cpp-httplib` (CMake: crm_client::httplib), \
or define CRM_CLIENT_HTTPLIB_WITHOUT_TLS for an httplib built without OpenSSL"
#endif

#include <httplib.h>

#include <crm/http/uri.hpp>
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/channel.hpp>
#include <crm/transport/detail/chunk_guard.hpp>
#include <crm/transport/detail/framing.hpp>
#include <crm/transport/detail/request_text.hpp>
#include <crm/transport/detail/response_head.hpp>

namespace crm::inline v0::detail {

/// What httplib writes to and reads from, for one exchange. It is given a head that was read and found sound before,
/// and a body whose chunks are looked at as they pass. None of its members throws: 0.11.4 does not survive that.
///
/// No member is marked `override`: the base class's members differ from version to version.
class exchange_stream final : public httplib::Stream {
 public:
  /// The request line is sent as it is given: httplib's versions 0.24 to 0.53 write the query of theirs anew.
  exchange_stream(channel& bytes, const send_limits& limits, std::size_t max_body, std::string request_line,
                  bool conditional)
      : channel_{bytes},
        limits_{limits},
        max_body_{max_body},
        request_line_{std::move(request_line)},
        conditional_{conditional} {}

  [[nodiscard]] const std::optional<transport_failure>& fault() const noexcept { return fault_; }
  /// What was thrown inside, to be thrown again outside of httplib.
  [[nodiscard]] const std::exception_ptr& thrown() const noexcept { return thrown_; }
  /// The answer, when it was read whole. Requires neither `fault` nor `thrown`.
  [[nodiscard]] http::response take() { return {head_.status, std::move(head_.headers), std::move(body_)}; }
  /// Whether the answer said where it ends, and the connection may carry another.
  [[nodiscard]] bool may_persist() const noexcept {
    return framed_ && head_.persists && (!chunked_ || chunks_.ended());
  }

  // NOLINTBEGIN(modernize-use-override)
  ssize_t write(const char* bytes, size_t size) {
    return guarded([&] {
      out_.append(bytes, size);
      return static_cast<ssize_t>(size);
    });
  }

  ssize_t read(char* into, size_t size) {
    return guarded([&]() -> ssize_t {
      if (std::exchange(impatient_, false)) return -1;
      if (!out_.empty() && !flush()) return -1;
      if (given_.empty() && !read_whole_head()) return -1;
      if (given_at_ < given_.size()) {
        const auto part = given_.copy(into, size, given_at_);
        given_at_ += part;
        return static_cast<ssize_t>(part);
      }
      return read_body(into, size);
    });
  }

  /// The next bytes of the body, with the chunks' framing taken off; false where they are too many.
  [[nodiscard]] bool receive(std::string_view bytes) noexcept {
    return guarded([&]() -> ssize_t {
             if (bytes.size() > max_body_ - body_.size())
               return fail(errc::response_too_large, "the answer's body is too large"), -1;
             body_.append(bytes);
             return 0;
           }) == 0;
  }

  bool is_readable() const { return true; }
  bool is_writable() const { return true; }
  bool wait_readable() const { return true; }
  bool wait_writable() const { return true; }
  void get_remote_ip_and_port(std::string&, int&) const {}
  void get_local_ip_and_port(std::string&, int&) const {}
  socket_t socket() const { return INVALID_SOCKET; }
  time_t duration() const { return 0; }
  /// Newer versions announce a larger body, and give the server a second to object: it comes at once.
  void set_read_timeout(time_t, time_t) { impatient_ = given_.empty() && std::exchange(first_timeout_, false); }
  // NOLINTEND(modernize-use-override)

 private:
  template <class Step>
  [[nodiscard]] ssize_t guarded(Step step) noexcept {
    if (fault_ || thrown_) return -1;
    try {
      return step();
    } catch (...) {
      thrown_ = std::current_exception();
      return -1;
    }
  }

  void fail(errc code, std::string_view reason) noexcept {
    fault_ = transport_failure{code, sent_ ? delivery::unknown : delivery::not_sent, reason};
  }

  [[nodiscard]] bool flush() {
    std::string all = std::exchange(out_, {});
    if (!request_line_.empty()) all.replace(0, all.find("\r\n"), std::exchange(request_line_, {}));
    if (channel_.write(all, limits_, sent_)) return true;
    return fail(errc::unreachable, "the connection broke while sending"), false;
  }

  [[nodiscard]] bool fill(bool may_end = false) {
    const auto read = channel_.fill(limits_);
    if (read == 0 && !may_end) fail(errc::unreachable, "the connection closed before the answer was whole");
    if (read < 0) fail(errc::unreachable, "no complete answer arrived");
    return read > 0;
  }

  /// Reads heads until one is not an interim answer's. (RFC 9110, section 15.2.)
  [[nodiscard]] bool read_whole_head() {
    for (int interim = 0; interim <= most_interim; ++interim) {
      std::optional<std::size_t> size;
      for (std::size_t seen = 0; !(size = head_size(channel_.unread(), seen));) {
        seen = channel_.unread().size();
        if (const auto wrong = partial_head_fault(channel_.unread()))
          return fail(errc::bad_response, wrong->reason), false;
        if (!fill()) return false;
      }
      auto read = read_head(channel_.unread().substr(0, *size));
      channel_.consume(*size);
      if (const auto* wrong = std::get_if<head_fault>(&read)) return fail(errc::bad_response, wrong->reason), false;
      head_ = std::get<response_head>(std::move(read));
      if (head_.status / 100 != 1 || head_.status == 101) return accept_head();
    }
    return fail(errc::bad_response, "the CRM sends interim answers without end"), false;
  }

  [[nodiscard]] bool accept_head() {
    if (const auto wrong = answer_fault(head_.status, head_.headers, conditional_))
      return fail(errc::bad_response, *wrong), false;
    // No body follows a 304, whatever length it states, and httplib would wait for one.
    given_ = "HTTP/1.1 " + std::to_string(head_.status == 304 ? 204 : head_.status) + " OK\r\n";
    framed_ = head_.status == 204 || head_.status == 304;
    for (const auto& [name, value] : head_.headers) {
      if (http::same_name(name, "Connection") && mentions_close(value)) head_.persists = false;
      const bool chunked = http::same_name(name, "Transfer-Encoding");
      if (!chunked && !http::same_name(name, "Content-Length")) continue;
      if (!framed_) given_.append(name).append(": ").append(value).append("\r\n");
      if (!framed_ && !chunked) body_.reserve(std::min({announced(value), most_on_its_word, max_body_}));
      framed_ = true;
      chunked_ = chunked_ || chunked;
    }
    given_.append("\r\n");
    return true;
  }

  /// A content length, which was found to be a number of 64 bits.
  [[nodiscard]] static std::size_t announced(std::string_view length) noexcept {
    std::size_t size = 0;
    for (const char digit : length) size = size * 10 + static_cast<std::size_t>(digit - '0');
    return size;
  }

  [[nodiscard]] static bool mentions_close(std::string_view value) {
    std::string lower{value};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return lower.find("close") != std::string::npos;
  }

  [[nodiscard]] ssize_t read_body(char* into, std::size_t size) {
    // A body that says no length ends with the connection.
    if (channel_.unread().empty() && !fill(!framed_)) return fault_ ? -1 : 0;
    const std::string_view part = channel_.unread().substr(0, size);
    if (chunked_ && !chunks_.accept(part)) return fail(errc::bad_response, "the answer's chunks are malformed"), -1;
    std::memcpy(into, part.data(), part.size());
    channel_.consume(part.size());
    return static_cast<ssize_t>(part.size());
  }

  channel& channel_;
  const send_limits& limits_;
  const std::size_t max_body_;
  std::string request_line_;
  const bool conditional_;
  std::string out_, body_;
  bool sent_ = false;
  bool impatient_ = false, first_timeout_ = true;
  response_head head_;
  bool framed_ = false, chunked_ = false;
  chunk_guard chunks_;
  std::string given_;
  std::size_t given_at_ = 0;
  std::optional<transport_failure> fault_;
  std::exception_ptr thrown_;
};

/// httplib's client without its sockets.
class http_engine : public httplib::ClientImpl {
 public:
  explicit http_engine(const http::base_url& base) : ClientImpl{base.host, base.port} {
    set_follow_location(false);
    set_decompress(false);
  }

  [[nodiscard]] bool run(exchange_stream& stream, httplib::Request& request) {
    httplib::Response head;
    auto error = httplib::Error::Success;
    return process_request(stream, request, head, false, error);
  }
};

class httplib_connection {
 public:
  httplib_connection(const http::base_url& base, const transport_options& options, const tls_context* tls)
      : base_{base}, options_{options}, channel_{base, options, tls}, engine_{base} {}

  [[nodiscard]] bool is_quiet() const noexcept { return channel_.is_quiet(); }
  [[nodiscard]] bool may_persist() const noexcept { return may_persist_; }

  /// Ends whatever the connection is doing; callable from any thread.
  void abort() noexcept { channel_.end(); }

  /// One exchange. A failure that says `unreachable` may be the limits' doing.
  [[nodiscard]] transport_result exchange(const http::request& request, const send_limits& limits) {
    may_persist_ = false;
    if (!channel_.is_open())
      if (const auto failed = channel_.open(limits)) return tl::unexpected{*failed};

    std::string request_line;
    append_request_line(request_line, request, base_, options_);
    exchange_stream stream{channel_, limits, options_.max_body, std::move(request_line),
                           request.headers.get("If-None-Match").has_value()};
    httplib::Request out = to_httplib(request);
    out.content_receiver = [&](const char* bytes, std::size_t size, auto...) noexcept {
      return stream.receive({bytes, size});
    };
    const bool whole = engine_.run(stream, out);
    if (stream.thrown()) std::rethrow_exception(stream.thrown());
    if (stream.fault()) return tl::unexpected{*stream.fault()};
    if (!whole)
      return tl::unexpected{transport_failure{errc::bad_response, delivery::unknown, "the answer's body is malformed"}};
    may_persist_ = stream.may_persist();
    return stream.take();
  }

 private:
  [[nodiscard]] httplib::Request to_httplib(const http::request& request) const {
    httplib::Request out;
    out.method = to_string(request.method);
    out.path = "/";
    out.body = request.body;
    out.headers.emplace("Host", base_.authority());
    for (const auto& [name, value] : request.headers) out.headers.emplace(name, value);
    out.headers.emplace("Accept-Encoding", "identity");
    return out;
  }

  const http::base_url& base_;
  const transport_options& options_;
  channel channel_;
  http_engine engine_;
  bool may_persist_ = false;
};

}  // namespace crm::inline v0::detail
