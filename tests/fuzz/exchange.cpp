// Input: every byte that the server's side of a connection sends.
//
// The transport is the real one. What it asks of the system to send, receive and wait is answered here, by the linker's
// --wrap: the bytes come in pieces of a chosen size, and then the connection ends or falls silent.
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <crm/http/message.hpp>
#include <crm/http/uri.hpp>
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/response_head.hpp>
#include <crm/transport/httplib.hpp>

#include "fuzz/demand.hpp"

namespace {

using crm::http::same_name;
using fuzz::demand;

constexpr std::size_t max_body = 512;

enum class cut : unsigned char { nowhere, often };
enum class ending : unsigned char { close, silence };

/// The other side of every connection.
class peer {
 public:
  void begin(std::string_view bytes, cut pieces, ending last) {
    *this = {};
    all_ = bytes;
    pieces_ = pieces;
    last_ = last;
  }

  [[nodiscard]] int connections() const noexcept { return connections_; }
  [[nodiscard]] std::size_t sent() const noexcept { return sent_; }

  int connect() noexcept {
    ++connections_;
    rest_ = all_;
    ready_ = false;
    random_ = static_cast<std::uint32_t>(all_.size());
    for (const char c : all_) random_ = random_ * 31 + static_cast<unsigned char>(c);
    return 0;
  }
  ssize_t send(std::size_t size) noexcept {
    sent_ += size;
    return static_cast<ssize_t>(size);
  }
  ssize_t receive(void* into, std::size_t size) noexcept {
    // Every piece must be waited for.
    if (!ready_ || (rest_.empty() && last_ == ending::silence)) return errno = EAGAIN, -1;
    const std::size_t count = std::min({size, rest_.size(), piece()});
    std::memcpy(into, rest_.data(), count);
    rest_.remove_prefix(count);
    ready_ = false;
    return static_cast<ssize_t>(count);
  }
  /// Silence is as if the time had come at once.
  int poll(pollfd& waiting, int timeout) noexcept {
    ready_ = !rest_.empty() || last_ == ending::close;
    waiting.revents = static_cast<short>(ready_ ? waiting.events : waiting.events & POLLOUT);
    if (waiting.revents != 0) return 1;
    return timeout == 0 ? 0 : (errno = ENOMEM, -1);
  }

 private:
  [[nodiscard]] std::size_t piece() noexcept {
    if (pieces_ == cut::nowhere) return std::numeric_limits<std::size_t>::max();
    random_ = random_ * 1664525 + 1013904223;
    const auto high = random_ >> 24U;
    return high < 128 ? 1 + high % 4 : high;
  }

  std::string_view all_, rest_;
  cut pieces_ = cut::nowhere;
  ending last_ = ending::close;
  bool ready_ = false;
  std::uint32_t random_ = 0;
  std::size_t sent_ = 0;
  int connections_ = 0;
};

peer server;

}  // namespace

extern "C" {
int __wrap_connect(int, const sockaddr*, socklen_t) { return server.connect(); }
ssize_t __wrap_send(int, const void*, std::size_t size, int) { return server.send(size); }
ssize_t __wrap_recv(int, void* into, std::size_t size, int) { return server.receive(into, size); }
int __wrap_poll(pollfd* waiting, nfds_t, int timeout) { return server.poll(*waiting, timeout); }
}

namespace {

/// What an answer that was taken must be, read once more and all at once.
class reading {
 public:
  explicit reading(std::string_view bytes) : rest_{bytes} {}

  void check(const crm::http::response& answer) {
    std::string_view head = next_head();
    for (int interim = 0; head.substr(9, 1) == "1"; ++interim) {
      demand(interim < 16, "interim answers are few");
      head = next_head();
    }
    check_head(head, answer);
    check_body(answer);
  }

  [[nodiscard]] bool says_where_it_ends() const noexcept { return framed_; }
  /// Whether the connection can carry another answer: nothing came after this one.
  [[nodiscard]] bool leaves_a_connection() const noexcept { return framed_ && persists_ && rest_.empty(); }

 private:
  std::string_view next_head() {
    const auto end = rest_.find("\r\n\r\n");
    demand(end != std::string_view::npos, "a head is whole");
    const std::string_view head = rest_.substr(0, end);
    rest_.remove_prefix(end + 4);
    demand(head.starts_with("HTTP/1.1 ") || head.starts_with("HTTP/1.0 "), "an answer is HTTP/1.1");
    return head;
  }

  static std::string_view next_line(std::string_view& text) {
    const auto end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    return line;
  }

  void check_head(std::string_view head, const crm::http::response& answer) {
    const std::string_view status = next_line(head);
    persists_ = status[7] == '1';
    demand(answer.status >= 200 && answer.status <= 599 && answer.status != 304, "a status is one that was asked for");
    demand(status.substr(9, 4) == std::to_string(answer.status) ||
               status.substr(9, 4) == std::to_string(answer.status) + " ",
           "a status is the one that was sent");
    demand(answer.headers.size() <= 128, "headers are few");
    framed_ = answer.status == 204;
    for (const auto& [name, value] : answer.headers) {
      const std::string_view line = next_line(head);
      demand(crm::http::is_token(name) && line.starts_with(name + ":"), "a header's name is the one that was sent");
      demand(line.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos, "a line is one line");
      demand(trimmed(line.substr(name.size() + 1)) == value, "a header's value is the one that was sent");
      if (same_name(name, "Connection") && lower(value).find("close") != std::string::npos) persists_ = false;
      if (same_name(name, "Content-Encoding")) demand(same_name(value, "identity"), "a body is not compressed");
      if (same_name(name, "Content-Length")) {
        std::size_t length = 0;
        const auto [end, wrong] = std::from_chars(value.data(), value.data() + value.size(), length);
        demand(wrong == std::errc{} && end == value.data() + value.size(), "a length is a number");
        demand(!length_ || *length_ == length, "an answer has one length");
        length_ = length;
      }
      if (same_name(name, "Transfer-Encoding")) {
        demand(same_name(value, "chunked") && !chunked_, "a body is chunked once");
        chunked_ = true;
      }
    }
    demand(head.empty(), "no header is lost");
    demand(!length_ || !chunked_, "an answer has a length or chunks");
    framed_ = framed_ || length_ || chunked_;
  }

  void check_body(const crm::http::response& answer) {
    demand(answer.body.size() <= max_body, "a body is no longer than the cap");
    if (answer.status == 204) return demand(answer.body.empty(), "a 204 has no body");
    if (chunked_) return check_chunks(answer.body);
    const std::string_view sent = rest_.substr(0, length_.value_or(rest_.size()));
    demand(answer.body == sent, "a body is the one that was sent");
    demand(!length_ || sent.size() == *length_, "a body is as long as it says");
    rest_.remove_prefix(sent.size());
  }

  void check_chunks(std::string_view body) {
    for (;;) {
      demand(rest_.find("\r\n") != std::string_view::npos, "a chunk has a size");
      const std::string_view line = next_line(rest_);
      std::size_t size = 0;
      const auto [end, wrong] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
      demand(wrong == std::errc{} && (end == line.data() + line.size() || *end == ';'), "a chunk's size is a number");
      demand(line.find_first_of("\r\n") == std::string_view::npos, "a chunk's size is a line");
      if (size == 0) break;
      demand(body.starts_with(rest_.substr(0, size)) && rest_.size() >= size, "a chunk is the one that was sent");
      body.remove_prefix(size);
      rest_.remove_prefix(size);
      demand(rest_.starts_with("\r\n"), "a chunk ends where it says");
      rest_.remove_prefix(2);
    }
    demand(body.empty(), "the chunks are all of the body");
    for (bool ended = false; !ended;) {
      demand(rest_.find("\r\n") != std::string_view::npos, "the chunks end");
      ended = next_line(rest_).empty();
    }
  }

  static std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
  }
  static std::string lower(std::string text) {
    for (char& c : text)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return text;
  }

  std::string_view rest_;
  bool persists_ = false, framed_ = false, chunked_ = false;
  std::optional<std::size_t> length_;
};

crm::transport_options with_cap() {
  crm::transport_options options;
  options.max_body = max_body;
  return options;
}

crm::transport_result ask(crm::httplib_transport& transport) {
  return transport.send({crm::http::method::get, "/api/v1/customers/1", {}, {}}, {});
}

/// How an exchange fails whose request was sent.
void check_failure(const crm::transport_failure& failure) {
  using crm::errc;
  demand(failure.code == errc::unreachable || failure.code == errc::bad_response ||
             failure.code == errc::response_too_large,
         "a failure is one of a connection, of the answer or of its size");
  demand(failure.sent == crm::delivery::unknown && server.sent() > 0, "nobody knows what a request that was sent did");
  demand(!failure.reason.empty(), "a failure has a reason");
}

bool same(const crm::transport_result& a, const crm::transport_result& b) {
  if (a && b) return a->status == b->status && a->headers == b->headers && a->body == b->body;
  return !a && !b && a.error().code == b.error().code;
}

/// An answer written anew, in chunks, must be read as the same one.
void check_rewritten(const crm::http::base_url& base, const crm::http::response& answer) {
  if (answer.status == 204 || answer.headers.size() >= 128) return;
  crm::http::header_list kept;
  std::string bytes = "HTTP/1.1 " + std::to_string(answer.status) + "\r\n";
  for (const auto& header : answer.headers) {
    if (same_name(header.name, "Content-Length") || same_name(header.name, "Transfer-Encoding")) continue;
    bytes.append(header.name).append(":").append(header.value).append("\r\n");
    kept.push_back(header);
  }
  kept.push_back({"Transfer-Encoding", "chunked"});
  bytes.append("Transfer-Encoding: chunked\r\n\r\n");
  for (std::size_t at = 0, size = 0; at < answer.body.size(); at += size) {
    size = std::min<std::size_t>(answer.body.size() - at, 15);
    bytes.append(1, "0123456789abcdef"[size]).append("\r\n").append(answer.body, at, size).append("\r\n");
  }
  bytes.append("0\r\n\r\n");
  auto transport = crm::httplib_transport::make(base, with_cap()).value();
  server.begin(bytes, cut::often, ending::silence);
  const auto again = ask(transport);
  demand(again && again->status == answer.status && again->headers == kept && again->body == answer.body,
         "an answer that was taken is taken in chunks");
}

void check_answers(std::string_view bytes) {
  const auto base = crm::http::base_url::parse("http://127.0.0.1:8080").value();
  auto transport = crm::httplib_transport::make(base, with_cap()).value();
  server.begin(bytes, cut::nowhere, ending::close);
  const auto whole = ask(transport);
  reading read{bytes};
  if (whole) {
    read.check(*whole);
  } else {
    check_failure(whole.error());
  }
  demand(server.connections() == 1, "a request is sent once");

  server.begin(bytes, cut::often, ending::close);
  const auto cut_up = ask(transport);
  // A head that breaks off behind a line that is too long may be refused before it breaks off, or after.
  const bool either = !whole && !cut_up && bytes.size() > crm::detail::most_line_bytes;
  demand(same(cut_up, whole) || either, "an answer does not depend on how it was cut");
  demand(server.connections() == 1, "a connection that has ended carries no other request");

  // Where nobody says that the connection ends, the answer must say where it does.
  transport = crm::httplib_transport::make(base, with_cap()).value();
  server.begin(bytes, cut::often, ending::silence);
  const auto first = ask(transport);
  if (whole && read.says_where_it_ends()) {
    demand(same(first, whole), "an answer ends where it says");
  } else {
    demand(!first, "an answer that does not end is none");
    check_failure(first.error());
    if (whole) demand(first.error().code == crm::errc::unreachable, "an answer that does not end is not complete");
  }
  const bool kept = whole && read.leaves_a_connection();
  const auto second = ask(transport);
  demand(server.connections() == (kept ? 1 : 2), "a connection is kept if it can carry another answer");
  if (kept) {
    demand(!second && second.error().code == crm::errc::unreachable, "no answer is given twice");
  } else {
    demand(same(second, first), "another connection begins anew");
  }
  if (whole) check_rewritten(base, *whole);
}

/// The same bytes from a proxy: no certificate can be among them.
void check_tunnel(std::string_view bytes) {
  static auto transport = [] {
    auto options = with_cap();
    options.proxy_host = "127.0.0.1";
    options.proxy_port = 3128;
    return crm::httplib_transport{"https://crm.example.com", std::move(options)};
  }();
  for (const auto pieces : {cut::nowhere, cut::often}) {
    server.begin(bytes, pieces, ending::close);
    const auto answer = ask(transport);
    demand(!answer && answer.error().sent == crm::delivery::not_sent, "nothing is sent that is not encrypted");
    demand(answer.error().code == crm::errc::unreachable, "there is no way through the proxy");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view answer{reinterpret_cast<const char*>(bytes), size};
  check_answers(answer);
  check_tunnel(answer);
  return 0;
}
