// What the tests tagged [leaks] call with.
#include "leaks/world.hpp"

#include <algorithm>

#include <crm/detail/base64.hpp>
#include <crm/model/date.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/testing/virtual_clock.hpp>

namespace leaks {

namespace {

template <class T>
std::optional<crm::error> failure_of(const crm::result<T>& outcome) {
  return outcome ? std::nullopt : std::optional{outcome.error()};
}

template <class Range>
std::optional<crm::error> failure_of_pages(Range range) {
  for (auto& page : range)
    if (!page) return page.error();
  return std::nullopt;
}

crm::call_options keyed(crm::call_options call) {
  call.idempotency_key = "wvj-idempotent-wvj";
  return call;
}

crm::customer_filter wanted() {
  crm::customer_filter filter;
  filter.city = "Wvjton";
  filter.status = crm::status{std::string{"wvj-status"}};
  filter.services.emplace().push_back(crm::service{std::string{"wvj service"}});
  filter.last_service_before = crm::date::parse(birthday).value();
  return filter;
}

template <class Fields>
Fields filled(Fields fields) {
  return fields.email("wvj@wvj.example")
      .phone(std::string{phone})
      .address("1 Wvj Way")
      .city("Wvjton")
      .notes("wvj\twvj");
}

crm::customer known() {
  crm::customer jane;
  jane.id = "wvj-17";
  jane.version = "\"wvj-tag\"";
  return jane;
}

}  // namespace

const std::vector<auth_kind>& every_auth() {
  static const std::vector<auth_kind> all{
      {"bearer key", bearer_key},
      {"key in a header", [] { return any_auth{crm::api_key::from_text(api_key).in_header("X-Api-Key")}; }},
      {"HMAC",
       [] {
         return any_auth{crm::basic_hmac_sha256<still_clock>{"key-1", crm::secret::from_text(hmac_secret)}};
       }},
      {"OAuth", [] { return tokens_from({token_answer()}, false); }},
      {"OAuth, refresh token", [] { return tokens_from({token_answer()}, true, crm::client_authentication::body); }},
  };
  return all;
}

any_auth bearer_key() { return any_auth{crm::api_key::from_text(api_key)}; }

any_auth tokens_from(outcomes endpoint, bool by_refresh_token, crm::client_authentication way) {
  crm::oauth2_options options;
  options.token_endpoint = "https://auth.example.com/token";
  options.client_id = "client-1";
  options.authentication = way;
  const auto own = crm::secret::from_text(client_secret);
  return any_auth{crm::oauth2{support::scripted_transport{std::move(endpoint)}, options,
                              by_refresh_token
                                  ? crm::oauth2_grant::refresh_token(own, crm::secret::from_text(refresh_token))
                                  : crm::oauth2_grant::client_credentials(own)}};
}

crm::transport_result token_answer() {
  return support::answer(200, R"({"access_token":")" + std::string{access_token} +
                                  R"(","token_type":"Bearer","expires_in":3600,"refresh_token":"zqx-next-zqx"})");
}

client make_client(scan& to, const outcomes& answers, const any_auth& auth, crm::client_options options) {
  to.forbid(crm::detail::base64("client-1:" + std::string{client_secret}));
  return client{network{to, answers}, {}, {}, auth, std::move(options), watch(to)};
}

crm::call_options marked_call() {
  crm::call_options call;
  call.headers = {{"X-Note", "wvj@header wvj"}, {"X-Webhook-Secret", "zqx-webhook-zqx"}};
  call.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  return call;
}

const std::vector<named_operation>& every_operation() {
  using call_options = crm::call_options;
  static const std::vector<named_operation> all{
      {"query", [](const client& c, const call_options& o) { return failure_of(c.query(wanted(), o)); }},
      {"query_ids", [](const client& c, const call_options& o) { return failure_of(c.query_ids(wanted(), o)); }},
      {"find", [](const client& c, const call_options& o) { return failure_of(c.find("wvj-17", o)); }},
      {"search", [](const client& c, const call_options& o) { return failure_of(c.search("wvj Wvj", o)); }},
      {"create",
       [](const client& c, const call_options& o) {
         return failure_of(c.create(filled(crm::new_customer{"Wvj Wvj"}), keyed(o)));
       }},
      {"create without a key",
       [](const client& c, const call_options& o) { return failure_of(c.create(crm::new_customer{"Wvj"}, o)); }},
      {"update",
       [](const client& c, const call_options& o) {
         return failure_of(c.update("wvj-17", filled(crm::customer_patch{}), keyed(o)));
       }},
      {"update of a version",
       [](const client& c, const call_options& o) {
         return failure_of(c.update(known(), crm::customer_patch{}.notes("wvj"), o));
       }},
      {"invoices",
       [](const client& c, const call_options& o) {
         crm::invoice_filter filter;
         filter.customer_id = "wvj-17";
         return failure_of(c.invoices(filter, o));
       }},
      {"interactions",
       [](const client& c, const call_options& o) {
         return failure_of(c.interactions("wvj-17", crm::interaction_filter{}, o));
       }},
      {"pages", [](const client& c, const call_options& o) { return failure_of_pages(c.pages(wanted(), o)); }},
      {"pages of views",
       [](const client& c, const call_options& o) {
         return failure_of_pages(c.pages<crm::customer_view>(wanted(), o));
       }},
      {"two reads in a task",
       [](const client& c, call_options o) {
         o.headers.clear();
         const auto task = c.for_task("task-7");
         const auto first = failure_of(task.find("wvj-17", o));
         return first ? first : failure_of(task.find("wvj-17", o));
       }},
  };
  return all;
}

const operation& operation_named(std::string_view name) {
  const auto& all = every_operation();
  return std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; })->run;
}

std::string customer_json() {
  return R"({"id":"wvj-17","name":"Wvj \u0057vj","email":"wvj@wvj.example","phone":"6515550134","address":"1 Wvj Way",)"
         R"("city":"Wvjton","zip":"55427","services":["wvj"],"status":"wvj","last_service_date":"1987-06-05",)"
         R"("notes":"wvj","wvj":"wvj","created_at":"1987-06-05T00:00:00Z","signed_seasons":[2024]})";
}
std::string one_customer() { return R"({"customer":)" + customer_json() + "}"; }
std::string customer_page() {
  return R"({"customers":[)" + customer_json() + R"(],"meta":{"total":1,"page":1,"per_page":25}})";
}

}  // namespace leaks
