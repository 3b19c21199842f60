#include <chrono>

#include <crm/auth/hmac.hpp>

#include "support/catch.hpp"

namespace {

/// Sun, 23 Nov 2025 08:00:00 GMT, for ever.
struct still {
  using duration = std::chrono::system_clock::duration;
  using time_point = std::chrono::system_clock::time_point;
  static time_point now() noexcept { return time_point{std::chrono::seconds{1'763'884'800}}; }
};

}  // namespace

TEST_CASE("of two calls that were signed by a wrong clock, both are signed again by the right one", "[auth]") {
  const crm::basic_hmac_sha256<still> auth{"engine-1", crm::secret::from_text("hunter2")};
  const crm::http::response refusal{401, {{"Date", "Sun, 23 Nov 2025 09:00:00 GMT"}}, {}};
  crm::http::request one, two, again;
  const auto by_one = auth.authorize(one, {}), by_two = auth.authorize(two, {});
  CHECK(auth.renew(*by_one, refusal));
  CHECK(auth.renew(*by_two, refusal));

  const auto by_right = auth.authorize(again, {});
  CHECK_THAT(again.headers.get("Authorization")->data(), Catch::Matchers::Contains("timestamp=\"1763888400\""));
  CHECK_FALSE(auth.renew(*by_right, refusal));
}
