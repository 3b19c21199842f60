// What is no policy is told so, with the members it lacks and where they are described.
//
// case: TRANSPORT_WITHOUT_SEND | Transport needs send, now and wait_until: see docs/concepts.md
// case: RETRY_WITHOUT_DELAY | RetryPolicy needs delay: see docs/concepts.md
// case: RETRY_OF_SECONDS | RetryPolicy needs delay: see docs/concepts.md
// case: CACHE_WITHOUT_FORGET | CachePolicy needs lookup, store and forget: see docs/concepts.md
// case: AUTH_WITHOUT_READY | Auth needs carries_credential, ready and authorize: see docs/concepts.md
// case: OBSERVER_OF_NOTHING | Observer needs on\(event\) for an event of crm::events: see docs/concepts.md
// case: BUDGET_WITHOUT_COUNT | RetryPolicy has count_call or spend, but not both as crm::retry_limiting wants them
// case: BREAKER_OF_BOOL | RetryPolicy has enter, but not as crm::circuit_breaking wants it
// case: OBSERVER_OF_CHANGES | Observer's on takes an event that it could change, and would not be called
// case: AUTH_THAT_RENEWS_OTHERWISE | Auth has renew, but not as crm::renewing_auth wants it
// case: OBSERVER_OF_CHANGES_AMONG_OTHERS | an observer's on takes an event that it could change
#include <chrono>
#include <optional>
#include <stop_token>

#include <crm/client.hpp>
#include <crm/observe/several.hpp>

struct fake_transport {
  crm::transport_result send(const crm::http::request&, const crm::send_limits&) { return crm::http::response{}; }
  crm::time_point now() { return {}; }
  crm::wake wait_until(crm::time_point, const std::stop_token&) { return crm::wake::due; }
};
struct mute {
  crm::time_point now() { return {}; }
  crm::wake wait_until(crm::time_point, const std::stop_token&) { return crm::wake::due; }
};
struct patient {
  std::optional<crm::milliseconds> delay(int) const { return std::nullopt; }
};
struct impatient {};
struct vague {
  std::chrono::seconds delay(int) const { return {}; }
};
struct half_budget : patient {
  bool spend(crm::time_point) const { return true; }
};
struct half_breaker : patient {
  bool enter(crm::time_point) const { return true; }
};
struct meddler {
  void on(const crm::events::not_found&) {}
  void on(crm::events::attempt_made&) {}
};
struct cache {
  crm::cached_response lookup(const crm::cache_key&) { return nullptr; }
  void store(const crm::cache_key&, const crm::cached_response&) {}
};
struct auth {
  static constexpr bool carries_credential = true;
  crm::result<crm::proof> authorize(crm::http::request&, const crm::send_limits&) const { return crm::proof{}; }
};
struct renewing : auth {
  crm::result<void> ready() const { return {}; }
  bool renew(const crm::proof&) const { return true; }
};

#if defined(TRANSPORT_WITHOUT_SEND)
template class crm::basic_crm_client<mute>;
#elif defined(RETRY_WITHOUT_DELAY)
template class crm::basic_crm_client<fake_transport, impatient>;
#elif defined(RETRY_OF_SECONDS)
template class crm::basic_crm_client<fake_transport, vague>;
#elif defined(CACHE_WITHOUT_FORGET)
crm::basic_crm_client<fake_transport, patient, cache>* client = nullptr;
auto copy = *client;
#elif defined(AUTH_WITHOUT_READY)
crm::basic_crm_client<fake_transport, patient, crm::task_cache, auth>* client = nullptr;
auto copy = *client;
#elif defined(OBSERVER_OF_NOTHING)
crm::basic_crm_client<fake_transport, patient, crm::task_cache, crm::no_auth, impatient>* client = nullptr;
auto copy = *client;
#elif defined(AUTH_THAT_RENEWS_OTHERWISE)
crm::basic_crm_client<fake_transport, patient, crm::task_cache, renewing>* client = nullptr;
auto copy = *client;
#elif defined(OBSERVER_OF_CHANGES_AMONG_OTHERS)
crm::several_observers<meddler> observers;
#elif defined(BUDGET_WITHOUT_COUNT)
template class crm::basic_crm_client<fake_transport, half_budget>;
#elif defined(BREAKER_OF_BOOL)
template class crm::basic_crm_client<fake_transport, half_breaker>;
#elif defined(OBSERVER_OF_CHANGES)
crm::basic_crm_client<fake_transport, patient, crm::task_cache, crm::no_auth, meddler>* client = nullptr;
auto copy = *client;
#else
crm::basic_crm_client<fake_transport, patient> client{fake_transport{}};
#endif
