#include <crm/testing/laws/transport.hpp>

#include <stop_token>
#include <string>
#include <vector>

#include <crm/testing/mock_transport.hpp>

#include "support/catch.hpp"

namespace {

namespace laws = crm::testing::laws;

/// The in-memory CRM, with one fault.
struct honest {
  crm::mock_transport<> inner{};
  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    return inner.send(request, limits);
  }
  crm::time_point now() { return inner.now(); }
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) { return inner.wait_until(when, stop); }
};
struct forgets_deadlines : honest {
  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    return inner.send(request, {crm::time_point::max(), limits.stop});
  }
};
struct forgets_stops : honest {
  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    return inner.send(request, {limits.deadline, {}});
  }
};
struct doubts_what_was_not_sent : honest {
  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    auto outcome = inner.send(request, limits);
    if (!outcome) outcome.error().sent = crm::delivery::unknown;
    return outcome;
  }
};
struct loses_bodies : honest {
  crm::transport_result send(crm::http::request request, const crm::send_limits& limits) {
    request.body.clear();
    return inner.send(request, limits);
  }
};
struct cuts_answers : honest {
  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    auto outcome = inner.send(request, limits);
    if (outcome) outcome->body.resize(outcome->body.size() / 2);
    return outcome;
  }
};
struct fails_for_a_404 : honest {
  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    auto outcome = inner.send(request, limits);
    if (outcome && outcome->status == 404) return tl::unexpected{crm::transport_failure{}};
    return outcome;
  }
};
struct wakes_early : honest {
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) {
    return inner.wait_until(when - crm::milliseconds{1}, stop);
  }
};
struct cannot_be_stopped : honest {
  crm::wake wait_until(crm::time_point when, const std::stop_token&) { return inner.wait_until(when, {}); }
};
/// The request, made worse.
template <class Change>
struct worse : honest {
  crm::transport_result send(crm::http::request request, const crm::send_limits& limits) {
    Change{}(request);
    return inner.send(request, limits);
  }
};
struct without_query {
  void operator()(crm::http::request& r) const { r.target = r.target.substr(0, r.target.find('?')); }
};
struct with_target_decoded {
  void operator()(crm::http::request& r) const { r.target = crm::http::decoded(r.target).value_or(r.target); }
};
struct with_patch_as_post {
  void operator()(crm::http::request& r) const {
    if (r.method == crm::http::method::patch) r.method = crm::http::method::post;
  }
};
struct without_conditions {
  void operator()(crm::http::request& r) const {
    std::erase_if(r.headers, [](const auto& h) { return h.name.starts_with("If-"); });
  }
};
struct keeps_the_type_alone : honest {
  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    auto outcome = inner.send(request, limits);
    if (outcome) std::erase_if(outcome->headers, [](const auto& h) { return h.name != "Content-Type"; });
    return outcome;
  }
};
struct goes_back : honest {
  crm::time_point now() { return inner.now() - crm::milliseconds{asked++ % 2}; }
  int asked = 0;
};

}  // namespace

TEST_CASE("the laws of transports hold of an honest one, and each catches who breaks it", "[testing][laws]") {
  CHECK(laws::check_transport(honest{}) == laws::none);

  CHECK(laws::check_transport(forgets_deadlines{}) ==
        laws::violations{"transport: nothing is sent once the deadline has passed: deadline_exceeded, not_sent"});
  CHECK(laws::check_transport(forgets_stops{}) ==
        laws::violations{"transport: nothing is sent once a stop is asked for: cancelled, not_sent"});
  CHECK(laws::check_transport(doubts_what_was_not_sent{}).size() == 2);
  CHECK(laws::check_transport(loses_bodies{}).size() == 1);
  CHECK(laws::check_transport(cuts_answers{}) ==
        laws::violations{"transport: a list's body arrives whole, and holds customers"});
  CHECK(laws::check_transport(fails_for_a_404{}) ==
        laws::violations{"transport: a status that says no is an answer, not a failure"});
  CHECK(laws::check_transport(wakes_early{}) == laws::violations{"transport: a wait does not end before its moment"});
  CHECK(laws::check_transport(cannot_be_stopped{}) ==
        laws::violations{"transport: a stop asked for before a wait ends it at once"});
  CHECK(laws::check_transport(worse<without_query>{}) ==
        laws::violations{"transport: the query arrives: only so can the far end refuse a page of 101"});
  CHECK(laws::check_transport(worse<with_target_decoded>{}) ==
        laws::violations{"transport: the target arrives as it was given, percent-encoded"});
  CHECK(
      laws::check_transport(worse<with_patch_as_post>{}) ==
      laws::violations{"transport: PATCH arrives as such: only so can the far end say that a list has no such method"});
  CHECK(laws::check_transport(worse<without_conditions>{}) ==
        laws::violations{"transport: the request's headers arrive: one is If-None-Match"});
  CHECK(laws::check_transport(keeps_the_type_alone{}) ==
        laws::violations{"transport: the answer's headers arrive: a customer's ETag is one"});
  laws::far_end without_tags;
  without_tags.entity_tags = false;
  CHECK(laws::check_transport(keeps_the_type_alone{}, without_tags) == laws::none);
  CHECK(laws::check_transport(goes_back{}).front() == "transport: now() never goes back");
}
