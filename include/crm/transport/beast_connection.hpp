/// @file
/// HTTP over one connection, by Boost.Beast's parser and Boost.Asio. The one door of Asio.
///
/// Asio connects, encrypts, waits and ends waits. Each wait is a run of the connection's own `io_context` until its
/// time, which costs no timer.
#pragma once

#if !defined(CRM_CLIENT_WITH_BEAST) && !defined(CPPHTTPLIB_OPENSSL_SUPPORT)
#error "link crm_client::beast, or define CRM_CLIENT_WITH_BEAST in every translation unit, and link OpenSSL"
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#if !__has_include(<boost/asio/bind_allocator.hpp>)
#error \
    "the transport on Boost.Beast needs Boost 1.79 or newer: install it (Debian 12: libboost1.81-dev), or use httplib's"
#endif

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <unistd.h>

#include <crm/detail/wipe.hpp>
#include <crm/http/message.hpp>
#include <crm/http/uri.hpp>
#include <crm/transport/beast_parser.hpp>
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/framing.hpp>
#include <crm/transport/detail/limits.hpp>
#include <crm/transport/detail/request_text.hpp>
#include <crm/transport/detail/resolve.hpp>
#include <crm/transport/detail/socket.hpp>
#include <crm/transport/detail/tls.hpp>

namespace crm::inline v0::detail {

/// One connection; of no more use once anything failed on it.
class beast_connection {
 public:
  /// Throws `std::runtime_error` where the system has no descriptors left.
  beast_connection(const http::base_url& base, const transport_options& options, const tls_context* tls)
      : base_{base}, options_{options}, trust_{tls} {}
  beast_connection(const beast_connection&) = delete;
  beast_connection& operator=(const beast_connection&) = delete;
  ~beast_connection() {
    error_code ignored;
    if (tls_ && may_persist_) tls_->shutdown(ignored);  // says goodbye, and waits for none
  }

  [[nodiscard]] bool may_persist() const noexcept { return may_persist_; }

  /// Whether nothing has arrived since the last answer. Bytes that come unasked would be read as the next one. Asio
  /// keeps what it has not decrypted to itself, so the way to know is to read.
  [[nodiscard]] bool is_quiet() {
    char byte = 0;
    error_code error;
    with_stream([&](auto& stream) { stream.read_some(boost::asio::buffer(&byte, 1), error); });
    return error == boost::asio::error::would_block && !aborted_;
  }

  /// Ends whatever the connection is doing or will do; callable from any thread.
  void abort() noexcept {
    aborted_ = true;
    context_.stop();
  }

  /// One exchange. A failure that says `unreachable` may be the limits' doing.
  [[nodiscard]] transport_result exchange(const http::request& request, const send_limits& limits) {
    may_persist_ = false;
    if (!socket_.is_open())
      if (const auto failed = open(limits)) return tl::unexpected{*failed};
    if (const auto over = spent(limits, delivery::not_sent)) return tl::unexpected{*over};

    begun_ = false;
    if (!send(request, limits))
      return tl::unexpected{begun_ ? unknown("the connection broke while sending")
                                   : not_sent("the connection broke before anything was sent")};
    const bool conditional = request.headers.get("If-None-Match").has_value();
    for (int interim = 0; interim <= most_interim; ++interim) {
      beast_parser parser{options_.max_body, conditional};
      if (const auto failed = read(parser, limits)) return tl::unexpected{*failed};
      if (parser.status() / 100 == 1) continue;
      may_persist_ = parser.keep_alive() && begin_ == end_;
      return parser.take();
    }
    return tl::unexpected{unknown("the CRM sends interim answers without end", errc::bad_response)};
  }

 private:
  using error_code = boost::system::error_code;
  using executor = boost::asio::io_context::executor_type;
  using socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;

  [[nodiscard]] static transport_failure unknown(std::string_view reason, errc code = errc::unreachable) noexcept {
    return {code, delivery::unknown, reason};
  }

  template <class Use>
  void with_stream(Use use) {
    if (tls_)
      use(*tls_);
    else
      use(socket_);
  }

  /// Begins an operation and runs it; false where it failed, or its time or `abort` came first.
  template <class Begin>
  [[nodiscard]] bool run(time_point until, Begin begin) {
    done_ = false;
    begin(boost::asio::bind_allocator(std::pmr::polymorphic_allocator<char>{&memory_},
                                      [this](const error_code& error, std::size_t size = 0) {
                                        done_ = true;
                                        error_ = error;
                                        size_ = size;
                                      }));
    context_.restart();
    if (!aborted_) context_.run_until(until);
    return done_ && !error_;
  }

  [[nodiscard]] std::optional<transport_failure> open(const send_limits& limits) {
    const auto addresses = resolve(base_, options_, {soon(options_.connect_timeout, limits), limits.stop});
    if (addresses.empty()) return not_sent("the host's name has no address");
    const bool connected = std::any_of(addresses.begin(), addresses.end(), [&](const socket_address& each) {
      return connect(each, soon(options_.connect_timeout, limits));
    });
    if (!connected) return not_sent("no connection could be made");
    if (base_.tls && !options_.proxy_host.empty())
      if (const auto failed = tunnel(limits)) return failed;
    return base_.tls ? encrypt(limits) : std::nullopt;
  }

  [[nodiscard]] bool connect(const socket_address& to, time_point until) {
    namespace ip = boost::asio::ip;
    const int made = make_socket(to);
    if (made < 0) return false;
    error_code failed;
    socket_.assign(to.bytes.ss_family == AF_INET6 ? ip::tcp::v6() : ip::tcp::v4(), made, failed);
    if (failed) return ::close(made), false;
    socket_.non_blocking(true, failed);
    ip::tcp::endpoint peer;
    std::memcpy(peer.data(), &to.bytes, std::min<std::size_t>(to.size, peer.capacity()));
    if (run(until, [&](auto done) { socket_.async_connect(peer, std::move(done)); })) return true;
    socket_.close(failed);
    context_.restart();
    context_.poll();  // what was given up comes to its end
    return false;
  }

  /// (RFC 9110, section 9.3.6.)
  [[nodiscard]] std::optional<transport_failure> tunnel(const send_limits& limits) {
    if (!write(tunnel_request(base_), limits)) return not_sent("the proxy closed the connection");
    beast_parser parser{options_.max_body, false};
    parser.skip(true);
    if (read(parser, limits)) return not_sent("the proxy's answer is none");
    if (parser.status() / 100 != 2 || begin_ != end_) return not_sent("the proxy refuses to connect to the CRM");
    return std::nullopt;
  }

  [[nodiscard]] std::optional<transport_failure> encrypt(const send_limits& limits) {
    auto session = trust_->session_with(base_.host);
    if (!session) return handshake_failure(nullptr);
    tls_.emplace(socket_, session.release());
    const auto until = soon(options_.connect_timeout, limits);
    if (run(until, [&](auto done) { tls_->async_handshake(tls_->client, std::move(done)); })) return std::nullopt;
    return handshake_failure(tls_->native_handle());
  }

  [[nodiscard]] bool send(const http::request& request, const send_limits& limits) {
    const std::size_t room = head_room(request);
    const bool together = room + request.body.size() <= buffer_.size();  // a larger body is sent from where it is
    out_.clear();
    out_.reserve(together ? room + request.body.size() : room);
    append_request_line(out_, request, base_, options_);
    out_.append("\r\nHost: ").append(authority_);
    for (const auto& [name, value] : request.headers) out_.append("\r\n").append(name).append(": ").append(value);
    out_.append("\r\nAccept-Encoding: identity");
    if (request.method != http::method::get || !request.body.empty())
      out_.append("\r\nContent-Length: ").append(std::to_string(request.body.size()));
    out_.append("\r\n\r\n");
    const bool sent =
        together ? write(out_.append(request.body), limits) : write(out_, limits) && write(request.body, limits);
    wipe(out_.data(), out_.size());  // a credential was in it, and a connection lives long
    return sent;
  }

  /// What a request's head takes at most. Text that had to grow would leave behind what it was made of.
  [[nodiscard]] std::size_t head_room(const http::request& request) const {
    constexpr std::size_t for_names = 128;
    std::size_t room = for_names + request.target.size() + 2 * authority_.size();
    for (const auto& [name, value] : request.headers) room += name.size() + value.size() + 4;
    return room;
  }

  /// Sends everything; false where that failed, and then some of it may have been sent if `begun_`.
  [[nodiscard]] bool write(std::string_view bytes, const send_limits& limits) {
    while (!bytes.empty()) {
      const boost::asio::const_buffer next{bytes.data(), bytes.size()};
      // What fits into the socket's buffer needs no waiting. TLS may have to read first.
      error_code failed = boost::asio::error::would_block;
      if (!tls_) size_ = socket_.write_some(next, failed);
      if (failed == boost::asio::error::would_block) {
        const bool done = run(soon(options_.write_timeout, limits), [&](auto then) {
          with_stream([&](auto& stream) { stream.async_write_some(next, std::move(then)); });
        });
        // What was given up may have been sent, and of a TLS record a part.
        begun_ = begun_ || done || !done_ || tls_.has_value();
        if (!done) return false;
      } else if (failed) {
        return false;
      }
      begun_ = true;
      bytes.remove_prefix(size_);
    }
    return true;
  }

  /// Reads until the parser has a whole answer; what came after it is left in the buffer.
  [[nodiscard]] std::optional<transport_failure> read(beast_parser& parser, const send_limits& limits) {
    for (;;) {
      error_code error;
      if (begin_ != end_) begin_ += parser.feed({buffer_.data() + begin_, end_ - begin_}, error);
      if (error) return parser.failure(error);
      if (parser.is_done()) return std::nullopt;
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= std::exchange(begin_, 0);
      if (end_ == buffer_.size()) return unknown("a line of the answer is too long", errc::bad_response);
      const boost::asio::mutable_buffer room{buffer_.data() + end_, buffer_.size() - end_};
      const bool done = run(soon(options_.read_timeout, limits), [&](auto then) {
        with_stream([&](auto& stream) { stream.async_read_some(room, std::move(then)); });
      });
      if (!done) return end(parser);
      end_ += size_;
    }
  }

  /// What it means that no more can be read. A body that says no length ends with the connection.
  [[nodiscard]] std::optional<transport_failure> end(beast_parser& parser) {
    if (done_ && error_ == boost::asio::error::eof && parser.got_some()) {
      parser.put_eof(error_);
      if (!error_) return std::nullopt;
    }
    return unknown("the connection ended before the answer was whole");
  }

  const http::base_url& base_;
  const transport_options& options_;
  const tls_context* trust_;
  const std::string authority_ = base_.authority();

  // Of the one operation under way. Its memory must outlive the context, which may hold it to the end.
  std::pmr::unsynchronized_pool_resource memory_;
  bool done_ = false;
  error_code error_;
  std::size_t size_ = 0;

  std::atomic<bool> aborted_ = false;
  boost::asio::io_context context_{1};
  socket socket_{context_};
  std::optional<boost::asio::ssl::stream<socket&>> tls_;
  bool may_persist_ = false;
  bool begun_ = false;  // whether anything of the request may have been sent
  std::string out_;
  std::array<char, 2 * beast_parser::most_head> buffer_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace crm::inline v0::detail
