/// @file
/// Answers taken apart by Boost.Beast's parser. The one door of Beast.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <crm/http/message.hpp>
#include <crm/transport/concept.hpp>
#include <crm/transport/detail/framing.hpp>

namespace crm::inline v0::detail {

/// Beast's parser, writing into an answer. It refuses more than Beast does: folded headers, too many of them, and all
/// that `answer_fault` names.
class beast_parser final : public boost::beast::http::basic_parser<false> {
 public:
  using error_code = boost::system::error_code;

  /// Beast holds what it looks at together to this, so that a head could be longer where it comes in parts. All of it
  /// is counted here.
  static constexpr std::uint32_t most_head = 16U << 10U;
  static constexpr std::size_t most_fields = 128;

  beast_parser(std::size_t max_body, bool conditional) : conditional_{conditional} {
    header_limit(most_head);
    body_limit(max_body);
    eager(true);
    answer_.headers.reserve(8);
  }

  /// Takes what it can of the next bytes; how many that were. Requires that the answer is not whole.
  [[nodiscard]] std::size_t feed(std::string_view bytes, error_code& error) {
    fed_ = bytes;
    // Beast would wait for as many bytes as a version takes.
    if (answer_.status == 0 && !may_begin_answer(bytes)) return refuse("the answer is not HTTP/1.1", error), 0;
    const auto taken = put(boost::asio::const_buffer{bytes.data(), bytes.size()}, error);
    if (error == boost::beast::http::error::need_more) error = {};
    return taken;
  }

  [[nodiscard]] int status() const noexcept { return answer_.status; }
  /// What was wrong, where an error came of it.
  [[nodiscard]] transport_failure failure(const error_code& error) const noexcept {
    if (error == boost::beast::http::error::body_limit)
      return {errc::response_too_large, delivery::unknown, "the answer's body is too large"};
    return {errc::bad_response, delivery::unknown, reason_};
  }
  [[nodiscard]] http::response take() noexcept { return std::move(answer_); }

 private:
  using text = boost::beast::string_view;

  void refuse(std::string_view reason, error_code& error) noexcept {
    reason_ = reason;
    error = boost::beast::http::error::bad_value;
  }

  /// Whether a header stands in one line. Beast joins the lines of one that does not, in a place of its own.
  [[nodiscard]] bool is_one_line(text name, text value) const noexcept {
    const std::less<const char*> before;
    if (before(value.data(), name.data()) || before(fed_.data() + fed_.size(), value.data())) return false;
    const char* const from = name.data() + name.size();
    return std::find(from, value.data(), '\n') == value.data();
  }

  void on_request_impl(boost::beast::http::verb, text, text, int, error_code&) override {}
  void on_response_impl(int status, text reason, int, error_code&) override {
    answer_.status = status;
    head_ = std::string_view{"HTTP/1.1 200 \r\n\r\n"}.size() + reason.size();
  }
  void on_field_impl(boost::beast::http::field, text name, text value, error_code& error) override {
    if (!is_one_line(name, value)) return refuse("a header of the answer is folded", error);
    if (in_body_) return;  // a trailer: nothing of it was asked for
    head_ += name.size() + value.size() + std::string_view{": \r\n"}.size();
    if (head_ > most_head) return refuse("the answer's head is too large", error);
    if (answer_.headers.size() == most_fields) return refuse("the answer has too many headers", error);
    answer_.headers.push_back({std::string{name}, std::string{value}});
  }
  void on_header_impl(error_code& error) override {
    in_body_ = true;
    if (const auto wrong = answer_fault(answer_.status, answer_.headers, conditional_)) refuse(*wrong, error);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) answer_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, most_on_its_word)));
  }
  std::size_t on_body_impl(text bytes, error_code&) override {
    answer_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, text bytes, error_code& error) override {
    return on_body_impl(bytes, error);
  }
  void on_finish_impl(error_code&) override {}

  const bool conditional_;
  bool in_body_ = false;
  std::size_t head_ = 0;
  std::string_view fed_;
  std::string_view reason_ = "the answer is malformed";
  http::response answer_;
};

}  // namespace crm::inline v0::detail
