/// @file
/// Exchanges that were recorded, and the file they are kept in: HAR 1.2, which a browser's network tools open.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/detail/digits.hpp>
#include <crm/http/message.hpp>
#include <crm/json/decode.hpp>
#include <crm/json/string.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/result.hpp>
#include <crm/testing/detail/har.hpp>
#include <crm/testing/detail/private_file.hpp>
#include <crm/testing/query_string.hpp>
#include <crm/transport/concept.hpp>
#include <crm/version.hpp>

namespace crm::inline v0::testing {

/// One exchange, as it may be written down.
struct recorded_exchange {
  http::request request;
  transport_result outcome;
  /// When it began, from the beginning of the recording, and how long it took.
  clock::duration at{};
  clock::duration took{};
};

/// Exchanges in the order in which they ended.
struct recording {
  std::vector<recorded_exchange> exchanges;
  /// Whether personal data was replaced by fakes.
  bool redacted = true;

  /// As HAR 1.2. The addresses are at the host `crm.example`, and the time begins with the year 2000.
  [[nodiscard]] std::string to_har() const;

  /// What `to_har` made, or another HAR of text bodies. An error names the place and what is wanted there, never what
  /// stands there.
  [[nodiscard]] static result<recording> from_har(std::string_view text);

  /// Writes the file, whole or not at all, readable by its owner alone.
  [[nodiscard]] result<void> save(const std::string& path) const { return detail::write_private_file(path, to_har()); }
  [[nodiscard]] static result<recording> load(const std::string& path) {
    const auto text = detail::read_file(path);
    return text ? from_har(*text) : result<recording>{text.error()};
  }
};

namespace detail {

inline constexpr std::string_view recorded_host = "https://crm.example";

/// Writes JSON by its parts; a comma comes by itself where one is needed.
class har_writer {
 public:
  har_writer& open(char bracket) { return separate(), out_.push_back(bracket), fresh_ = true, *this; }
  har_writer& close(char bracket) { return out_.push_back(bracket), fresh_ = false, *this; }
  har_writer& line() { return out_.append(fresh_ ? "\n" : ",\n"), fresh_ = true, *this; }
  har_writer& key(std::string_view name) {
    separate();
    json::append_string(out_, name);
    out_.push_back(':');
    fresh_ = true;
    return *this;
  }
  /// Text that is not UTF-8 comes out empty.
  har_writer& text(std::string_view value) {
    separate();
    if (!json::append_string(out_, value)) out_.append("\"\"");
    return *this;
  }
  har_writer& raw(std::string_view value) { return separate(), out_.append(value), *this; }
  har_writer& headers(const http::header_list& all) {
    key("headers").open('[');
    for (const auto& [name, value] : all) open('{').key("name").text(name).key("value").text(value).close('}');
    return close(']');
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void separate() {
    if (!std::exchange(fresh_, false)) out_.push_back(',');
  }

  std::string out_;
  bool fresh_ = true;
};

/// A time since the recording began, as an ISO 8601 time of the day on which all recordings begin.
[[nodiscard]] inline std::string recorded_time(clock::duration at) {
  using namespace std::chrono;
  constexpr sys_days begin = year{2000} / 1 / 1;
  const auto whole = floor<milliseconds>(at);
  const auto seconds_of = floor<seconds>(whole);
  std::string text = to_string(timestamp{begin + seconds_of});
  text.resize(text.find('Z'));
  v0::detail::append_digits(text += '.', static_cast<int>((whole - seconds_of).count()), 3);
  return text + "Z";
}

inline void append_entry(har_writer& out, const recorded_exchange& x) {
  const auto took = std::to_string(std::chrono::ceil<milliseconds>(x.took).count());
  const auto& target = x.request.target;
  out.open('{').key("startedDateTime").text(recorded_time(x.at)).key("time").raw(took);

  out.key("request").open('{').key("method").text(to_string(x.request.method));
  out.key("url").text(std::string{recorded_host} + target).key("httpVersion").text("HTTP/1.1");
  out.key("cookies").raw("[]").headers(x.request.headers).key("queryString").open('[');
  const auto question = target.find('?');
  if (const auto query = query_string::parse(question == std::string::npos ? "" : target.substr(question + 1)))
    for (const auto& [name, value] : query->parameters())
      out.open('{').key("name").text(name).key("value").text(value).close('}');
  out.close(']');
  if (!x.request.body.empty())
    out.key("postData").open('{').key("mimeType").text("application/json").key("text").text(x.request.body).close('}');
  out.key("headersSize").raw("-1").key("bodySize").raw(std::to_string(x.request.body.size())).close('}');

  static const http::response nothing{};
  const http::response& answer = x.outcome ? *x.outcome : nothing;
  out.key("response").open('{').key("status").raw(std::to_string(answer.status)).key("statusText").text("");
  out.key("httpVersion").text("HTTP/1.1").key("cookies").raw("[]").headers(answer.headers).key("content").open('{');
  out.key("size").raw(std::to_string(answer.body.size())).key("mimeType");
  out.text(answer.headers.get("Content-Type").value_or("x-unknown")).key("text").text(answer.body).close('}');
  out.key("redirectURL").text("").key("headersSize").raw("-1");
  out.key("bodySize").raw(std::to_string(answer.body.size())).close('}');

  out.key("cache").raw("{}").key("timings").open('{').key("send").raw("0").key("wait").raw(took);
  out.key("receive").raw("0").close('}');
  if (!x.outcome) {
    out.key("_failure").open('{').key("code").text(to_string(x.outcome.error().code));
    out.key("notSent").raw(x.outcome.error().sent == delivery::not_sent ? "true" : "false").close('}');
  }
  out.close('}');
}

[[nodiscard]] inline std::optional<errc> failure_named(std::string_view name) {
  constexpr std::array all{errc::unreachable,  errc::deadline_exceeded,  errc::cancelled,
                           errc::bad_response, errc::response_too_large, errc::tls_failed};
  for (const errc each : all)
    if (to_string(each) == name) return each;
  return std::nullopt;
}

[[nodiscard]] inline std::optional<http::method> method_named(std::string_view name) {
  for (const auto each : {http::method::get, http::method::post, http::method::patch})
    if (to_string(each) == name) return each;
  return std::nullopt;
}

/// Without line ends and the like, by which one header would become two.
[[nodiscard]] inline bool is_one_line(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
}

/// An error where it is none that a transport could have made, or a client be answered with.
[[nodiscard]] inline tl::expected<recorded_exchange, std::string_view> exchange_of(har_entry&& entry) {
  const auto no = [](std::string_view why) { return tl::unexpected{why}; };
  const auto method = method_named(entry.request.method);
  if (!method) return no("its method is not GET, POST or PATCH: take it out");
  const auto scheme = entry.request.url.find("://");
  if (scheme == std::string::npos || !is_one_line(entry.request.url)) return no("its url is not an absolute one");
  if (entry.response.content.encoding) return no("its content is encoded: decode it to text");
  for (const auto* headers : {&entry.request.headers, &entry.response.headers})
    for (const auto& [name, value] : *headers)
      if (name.empty() || !is_one_line(name) || !is_one_line(value)) return no("it has a header that cannot be sent");
  if (!entry.failure && (entry.response.status < 100 || entry.response.status > 999))
    return no("its status is none of HTTP: an attempt without an answer needs a _failure");
  const auto path = entry.request.url.find('/', scheme + 3);
  const auto headers = [](std::vector<har_header>& from) {
    http::header_list to;
    for (auto& [name, value] : from) to.push_back({std::move(name), std::move(value)});
    return to;
  };
  std::string body;
  if (entry.request.post_data) body = std::move(entry.request.post_data->text).value_or("");
  http::request asked{*method, path == std::string::npos ? "/" : entry.request.url.substr(path),
                      headers(entry.request.headers), std::move(body)};
  if (!entry.failure)
    return recorded_exchange{std::move(asked), http::response{entry.response.status, headers(entry.response.headers),
                                                              std::move(entry.response.content.text).value_or("")}};
  const auto code = failure_named(entry.failure->code);
  if (!code) return no("its _failure has a code that no transport fails with");
  const auto sent = entry.failure->not_sent.value_or(false) ? delivery::not_sent : delivery::unknown;
  return recorded_exchange{std::move(asked),
                           tl::unexpected{transport_failure{*code, sent, "the recorded attempt got no answer"}}};
}

}  // namespace detail

inline std::string recording::to_har() const {
  detail::har_writer out;
  out.open('{').key("log").open('{').key("version").text("1.2");
  out.key("creator").open('{').key("name").text("crm_client").key("version").text(CRM_CLIENT_VERSION_STRING).close('}');
  out.key("_redacted").raw(redacted ? "true" : "false").key("entries").open('[');
  for (const auto& each : exchanges) detail::append_entry(out.line(), each);
  return out.close(']').close('}').close('}').take() + "\n";
}

inline result<recording> recording::from_har(std::string_view text) {
  json::detail::text_store store;
  json::detail::reader in{store};
  const auto root = in.parse(text);
  auto file = root ? in.value<detail::har_file>(*root) : std::nullopt;
  if (!file) return in.fault();
  recording read{{}, file->log.redacted.value_or(false)};
  for (auto& entry : file->log.entries) {
    auto made = detail::exchange_of(std::move(entry));
    if (!made)
      return invalid_argument("entry " + std::to_string(read.exchanges.size() + 1) +
                              " is no exchange with a CRM: " + std::string{made.error()});
    read.exchanges.push_back(*std::move(made));
  }
  return read;
}

}  // namespace crm::inline v0::testing
