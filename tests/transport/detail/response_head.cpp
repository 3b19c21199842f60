#include <crm/transport/detail/response_head.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "support/catch.hpp"

namespace {

using crm::detail::head_fault;
using crm::detail::response_head;

/// The head of bytes that hold one whole.
std::variant<response_head, head_fault> head_of(std::string_view bytes) {
  const auto size = crm::detail::head_size(bytes);
  REQUIRE(size);
  return crm::detail::read_head(bytes.substr(0, *size));
}

}  // namespace

TEST_CASE("a head ends at its first blank line, wherever the bytes were cut before", "[transport]") {
  const std::string bytes = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n{}\r\n\r\n";
  const std::size_t end = bytes.find("{}");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    CAPTURE(cut);
    const auto size = crm::detail::head_size(bytes.substr(0, cut));
    CHECK(size.has_value() == (cut >= end));
    if (size) CHECK(*size == end);
    if (!size) CHECK_FALSE(crm::detail::partial_head_fault(bytes.substr(0, cut)));
    CHECK(crm::detail::head_size(bytes, cut < end ? cut : end - 1) == end);
  }
}

TEST_CASE("a head tells its status, its version and its headers as they are", "[transport]") {
  const auto read = head_of("HTTP/1.1 404 Not Found\r\nX-A: 1\r\nx-b:\t two  words \t\r\nEmpty:\r\nX-A: %41\r\n\r\n");
  const auto& head = std::get<response_head>(read);
  CHECK(head.status == 404);
  CHECK(head.persists);
  CHECK(head.headers == crm::http::header_list{{"X-A", "1"}, {"x-b", "two  words"}, {"Empty", ""}, {"X-A", "%41"}});

  CHECK_FALSE(std::get<response_head>(head_of("HTTP/1.0 200 OK\r\n\r\n")).persists);
  CHECK(std::get<response_head>(head_of("HTTP/1.1 204\r\n\r\n")).status == 204);
  CHECK(std::get<response_head>(head_of("HTTP/1.1 200 \r\n\r\n")).status == 200);
}

TEST_CASE("a head that could be read in two ways is not taken", "[transport]") {
  const std::string status = "HTTP/1.1 200 OK\r\n";
  const auto bytes = GENERATE_COPY(values<std::string>(
      {"HTTP/2 200 OK\r\n\r\n", "HTTP/1.2 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
       "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 -20 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 200OK\r\n\r\n",
       "\r\n\r\n", " HTTP/1.1 200 OK\r\n\r\n", status + "no colon\r\n\r\n", status + ": no name\r\n\r\n",
       status + "Name : blank before the colon\r\n\r\n", status + "A: b\r\n folded\r\n\r\n",
       status + "A: b\nC: d\r\n\r\n", status + "A: b\rC: d\r\n\r\n", status + std::string{"A: b\0c\r\n\r\n", 10},
       "HTTP/1.1 200 " + std::string(9'000, 'x') + "\r\n\r\n", status + "A: " + std::string(9'000, 'x') + "\r\n\r\n"}));
  CAPTURE(bytes.substr(0, 60));
  CHECK(std::holds_alternative<head_fault>(head_of(bytes)));
}

TEST_CASE("a head is bounded in lines, and before it is whole", "[transport]") {
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (std::size_t i = 0; i < crm::detail::most_headers; ++i) many += "A: b\r\n";
  CHECK(std::holds_alternative<response_head>(head_of(many + "\r\n")));
  CHECK(std::holds_alternative<head_fault>(head_of(many + "A: b\r\n\r\n")));

  CHECK(crm::detail::partial_head_fault("SSH-2.0"));
  CHECK(crm::detail::partial_head_fault("HTTP/2"));
  CHECK(crm::detail::partial_head_fault("HTTP/1.1 200 " + std::string(9'000, 'x')));
  std::string lines = "HTTP/1.1 200 OK\r\n";
  while (lines.size() <= crm::detail::most_head_bytes) lines += "A: b\r\n";
  CHECK(crm::detail::partial_head_fault(lines));
}
