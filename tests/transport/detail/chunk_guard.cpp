#include <crm/transport/detail/chunk_guard.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using crm::detail::chunk_guard;

TEST_CASE("a sound chunked body is sound however it is cut, and ends where it ends", "[transport]") {
  const std::string_view body =
      GENERATE("0\r\n\r\n", "2\r\n{}\r\n0\r\n\r\n", "a\r\n0123456789\r\nB;name=value\r\n0123456789\n\r\n0\r\n\r\n",
               "2\r\n\r\n\r\n000\r\nTrailer: x\r\nAnother: y\r\n\r\n", "0000000000002\r\n{}\r\n0;x\r\n\r\n");
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    CAPTURE(body, cut);
    chunk_guard guard;
    CHECK(guard.accept(body.substr(0, cut)));
    CHECK(guard.ended() == (cut == body.size()));
    CHECK(guard.accept(body.substr(cut)));
    CHECK(guard.ended());
  }
  chunk_guard guard;
  CHECK(guard.accept(std::string{body}.append("HTTP/1.1 200 OK")));
  CHECK(guard.ended());
}

TEST_CASE("a chunk that is not what it says is found out", "[transport]") {
  const std::string body = GENERATE(as<std::string>{}, "x\r\n", "\r\n", ";x\r\n", "-2\r\n", "+2\r\n", "0x2\r\n",
                                    " 2\r\n", "2 \r\n", "2\n{}\r\n", "2\r{}\r\n", "2\r\n{}x", "2\r\n{}\rx", "2\r\n{}\n",
                                    "2;\n", "0\r\nA: b\n", "0\r\n\rx", "0\r\n\n", "fffffffffffffffff\r\n",
                                    "2;" + std::string(2'000, 'x'), "0\r\nA: " + std::string(9'000, 'x'));
  CAPTURE(body.substr(0, 40));
  chunk_guard guard;
  CHECK_FALSE(guard.accept(body));
  CHECK_FALSE(guard.ended());
  CHECK_FALSE(guard.accept("0\r\n\r\n"));
}
