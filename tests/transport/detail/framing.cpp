#include <crm/transport/detail/framing.hpp>

#include "support/catch.hpp"

#include <crm/http/message.hpp>

using crm::detail::framing_fault;
using crm::http::header_list;

TEST_CASE("headers that leave no doubt where a body ends are sound", "[transport]") {
  for (const auto& headers : {header_list{},
                              {{"Content-Length", "0"}},
                              {{"content-length", "5"}, {"X-A", "b"}, {"Content-Length", "5"}},
                              {{"Content-Length", "999999999999999999"}},
                              {{"transfer-encoding", "Chunked"}},
                              {{"Content-Encoding", "identity"}, {"Content-Length", "5"}}})
    CHECK_FALSE(framing_fault(200, headers));
}

TEST_CASE("headers by which a body could end in two places are a fault", "[transport]") {
  for (const auto& headers : {header_list{{"Content-Length", ""}},
                              {{"Content-Length", "-5"}},
                              {{"Content-Length", "5, 5"}},
                              {{"Content-Length", "0x5"}},
                              {{"Content-Length", "1000000000000000000"}},
                              {{"Content-Length", "5"}, {"Content-Length", "6"}},
                              {{"Content-Length", "5"}, {"Content-Length", "05"}},
                              {{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
                              {{"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}},
                              {{"Transfer-Encoding", "gzip"}},
                              {{"Transfer-Encoding", "chunked, chunked"}},
                              {{"Transfer-Encoding", "chunked"}, {"transfer-encoding", "chunked"}},
                              {{"Content-Encoding", "gzip"}}})
    CHECK(framing_fault(200, headers));
}

TEST_CASE("a status that HTTP does not define is a fault", "[transport]") {
  for (const int status : {100, 200, 599}) CHECK_FALSE(framing_fault(status, {}));
  for (const int status : {0, 99, 600, 999}) CHECK(framing_fault(status, {}));
}
