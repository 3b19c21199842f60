#include <crm/testing/laws/retry.hpp>

#include <memory>
#include <optional>

#include <crm/retry/breaker.hpp>
#include <crm/retry/budget.hpp>
#include <crm/retry/exponential.hpp>
#include <crm/retry/jitter.hpp>
#include <crm/retry/none.hpp>
#include <crm/retry/schedule.hpp>

#include "support/catch.hpp"

namespace {

namespace laws = crm::testing::laws;
using crm::milliseconds;
using wait = std::optional<milliseconds>;

struct goes_back_in_time {
  wait delay(int n) const { return n < 3 ? wait{milliseconds{-1}} : std::nullopt; }
};
struct changes_its_mind {
  wait delay(int n) const { return n == 2 ? std::nullopt : wait{milliseconds{1'000}}; }
};
struct hammers {
  wait delay(int) const { return milliseconds{0}; }
};
struct bottomless : crm::adr_backoff {
  void count_call() const {}
  bool spend(crm::time_point) const { return true; }
};
struct counts_each_copy : crm::adr_backoff {
  void count_call() const {}
  bool spend(crm::time_point) const { return left-- > 0; }
  mutable int left = 3;
};

using sound = crm::circuit_breaker<crm::adr_backoff>;
struct never_opens : sound {
  tl::expected<permit, std::optional<crm::time_point>> enter(crm::time_point) const {
    return crm::circuit_breaker<crm::adr_backoff>{}.enter({});
  }
};
struct never_closes : sound {
  tl::expected<permit, std::optional<crm::time_point>> enter(crm::time_point now) const {
    auto entry = sound::enter(now);
    if (!entry) *shut = true;
    if (*shut) return tl::unexpected{std::optional<crm::time_point>{}};
    return entry;
  }
  std::shared_ptr<bool> shut = std::make_shared<bool>(false);
};

}  // namespace

TEST_CASE("the library's retry policies keep the laws", "[testing][laws]") {
  CHECK(laws::check_retry(crm::no_retry{}) == laws::none);
  CHECK(laws::check_retry(crm::adr_backoff{}) == laws::none);
  CHECK(laws::check_retry(crm::exponential_backoff<1, 2>{}) == laws::none);
  CHECK(laws::check_retry(crm::full_jitter<crm::adr_backoff>{}) == laws::none);
  CHECK(laws::check_retry(crm::decorrelated_jitter<crm::adr_backoff>{}) == laws::none);
  CHECK(laws::check_retry(crm::retry_budget<crm::adr_backoff>{}) == laws::none);
  CHECK(laws::check_retry(crm::circuit_breaker<crm::adr_backoff>{}) == laws::none);
  CHECK(laws::check_retry(crm::circuit_breaker<crm::retry_budget<crm::full_jitter<crm::adr_backoff>>>{}) == laws::none);
}

TEST_CASE("each law of retry policies catches who breaks it", "[testing][laws]") {
  CHECK(laws::check_retry(goes_back_in_time{}) == laws::violations{"retry policy: no wait is negative"});
  CHECK(laws::check_retry(changes_its_mind{}) ==
        laws::violations{
            "retry policy: a policy that has given up stays so: no delay(n) follows a delay that was nothing"});
  CHECK(laws::check_retry(hammers{}) ==
        laws::violations{"retry policy: a policy gives up, or waits: a thousand retries do not fit into one second"});
  CHECK(laws::check_retry(bottomless{}).front() == "retry policy: leave to retry runs out, if no call is made");
  CHECK(laws::check_retry(counts_each_copy{}) ==
        laws::violations{"retry policy: copies share what is left of the budget"});
  CHECK(laws::check_retry(never_opens{}) ==
        laws::violations{"retry policy: a breaker opens: of ten thousand failures in a row one is the last"});
  CHECK(laws::check_retry(never_closes{}) ==
        laws::violations{"retry policy: an open breaker lets a call through from the moment that it named"});
}
