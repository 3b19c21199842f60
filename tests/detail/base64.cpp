#include <crm/detail/base64.hpp>

#include <string_view>

#include "support/catch.hpp"

// RFC 4648, section 10.
TEST_CASE("bytes in base 64 are those of the standard", "[base]") {
  using crm::detail::base64;
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xff\xfe\xfb") == "//77");
  CHECK(base64(std::string_view{"\0\0", 2}) == "AAA=");
}
