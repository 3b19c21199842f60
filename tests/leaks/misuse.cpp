// What a caller gives that cannot be sent: the refusal says what is wrong, and does not repeat it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/http/uri.hpp>
#include <crm/model/season.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/query/invoices.hpp>

#include "leaks/world.hpp"
#include "support/catch.hpp"

namespace leaks {

namespace {

/// What is refused; where it is not, the test finds an error that was never made.
template <class T>
crm::error error_of(const crm::result<T>& outcome) {
  crm::error none;
  none.message = "is not refused: " + std::string{customer_mark};
  return outcome ? none : outcome.error();
}

using calls = std::vector<std::pair<const char*, std::function<crm::error(const client&)>>>;

crm::error found_with(const client& c, const std::function<void(crm::call_options&)>& change) {
  auto call = marked_call();
  change(call);
  return error_of(c.find("wvj-17", call));
}

const calls& misused_calls() {
  using options = crm::call_options;
  static const calls all{
      {"an id with a slash", [](const client& c) { return error_of(c.find("wvj/wvj")); }},
      {"an id that is no UTF-8", [](const client& c) { return error_of(c.find("wvj\xFF")); }},
      {"a long id", [](const client& c) { return error_of(c.find(std::string(300, '.').append("wvj"))); }},
      {"an update of a bad id",
       [](const client& c) { return error_of(c.update("wvj?wvj", crm::customer_patch{}.notes("wvj"))); }},
      {"interactions of a bad id", [](const client& c) { return error_of(c.interactions("wvj wvj")); }},
      {"a header's value",
       [](const client& c) { return found_with(c, [](options& o) {
                               o.headers = {{"X-Note", "wvj\r\nzqx"}};
                             }); }},
      {"a header's name",
       [](const client& c) { return found_with(c, [](options& o) {
                               o.headers = {{"wvj wvj", "wvj"}};
                             }); }},
      {"the client's own header",
       [](const client& c) { return found_with(c, [](options& o) {
                               o.headers = {{"Authorization", "zqx"}};
                             }); }},
      {"an idempotency key for a read",
       [](const client& c) { return found_with(c, [](options& o) { o.idempotency_key = "wvj"; }); }},
      {"a traceparent", [](const client& c) { return found_with(c, [](options& o) { o.traceparent = "wvj"; }); }},
      {"a deadline",
       [](const client& c) { return found_with(c, [](options& o) { o.deadline = crm::milliseconds{0}; }); }},
      {"a bad idempotency key",
       [](const client& c) {
         return error_of(c.create(crm::new_customer{"Wvj"}, {.idempotency_key = "wvj \"wvj\""}));
       }},
      {"an idempotency key for two",
       [](const client& c) {
         (void)c.create(crm::new_customer{"Wvj"}, {.idempotency_key = "wvj"});
         return error_of(c.create(crm::new_customer{"Wvj Wvj"}, {.idempotency_key = "wvj"}));
       }},
      {"a name that is no UTF-8", [](const client& c) { return error_of(c.create(crm::new_customer{"wvj\xFF"})); }},
      {"notes that are no UTF-8",
       [](const client& c) { return error_of(c.update("wvj", crm::customer_patch{}.name("Wvj").notes("wvj\xFF"))); }},
      {"an empty name", [](const client& c) { return error_of(c.create(crm::new_customer{""}.notes("wvj"))); }},
      {"an empty patch", [](const client& c) { return error_of(c.update("wvj", crm::customer_patch{})); }},
      {"a version that cannot be sent",
       [](const client& c) {
         crm::customer jane;
         jane.id = "wvj";
         jane.version = "wvj\r\nwvj";
         return error_of(c.update(jane, crm::customer_patch{}.notes("wvj")));
       }},
      {"a filter that is no UTF-8",
       [](const client& c) { return error_of(c.query(crm::customers.city(std::string{"wvj\xFF"}))); }},
      {"a word with a comma",
       [](const client& c) {
         crm::customer_filter filter;
         filter.services.emplace().push_back(crm::service{std::string{"wvj,wvj"}});
         return error_of(c.query(filter));
       }},
      {"a search text that is no UTF-8", [](const client& c) { return error_of(c.search("wvj\xFF")); }},
      {"an empty search text", [](const client& c) { return error_of(c.search("")); }},
  };
  return all;
}

template <class Made>
void refused(scan& to, const char* what, const Made& made) {
  to.at(what);
  if (made) return to.report(what, "is not refused");
  to.look(made.error());
}

void walk_secrets(scan& to) {
  refused(to, "a secret with a space", crm::secret::from_text("zqx zqx"));
  refused(to, "a secret with a byte beyond ASCII", crm::secret::from_text("zqx\xFF"));
  ::setenv("CRM_LEAKS_TEST", "zqx\tzqx", 1);
  refused(to, "a variable's content", crm::secret::from_env("CRM_LEAKS_TEST"));
  ::unsetenv("CRM_LEAKS_TEST");
  for (const auto* name : {"zqx", "zqx-ZQX", "ZQXZQX77ZQX", "6515550134ZQX", "ZQX_zqx"})
    refused(to, "a key given for a variable's name", crm::secret::from_env(name));
  const auto path = std::filesystem::temp_directory_path() / ("crm_leaks_" + std::to_string(std::rand()));
  std::ofstream{path} << "zqx\nzqx\n";
  refused(to, "a file's content", crm::secret::from_file(path.string()));
  std::ofstream{path} << std::string(70'000, 'x') << "zqx";
  refused(to, "a long file", crm::secret::from_file(path.string()));
  std::filesystem::remove(path);
  refused(to, "a key given for a path", crm::secret::from_file("zqx-key"));
  refused(to, "a directory", crm::secret::from_file("/"));
  refused(to, "a source's text", crm::secret::from_source([] { return std::string{"zqx zqx"}; }));
  refused(to, "what a source throws",
          crm::secret::from_source([]() -> std::string { throw std::runtime_error{"zqx"}; }));
}

void walk_addresses(scan& to) {
  for (const auto* url : {"https://zqx:zqx@crm.example.com", "https://crm.example.com?key=zqx", "https://crm.zqx:zqx",
                          "https://crm.example.com/wvj%20", "https://crm.example.com/#zqx", "zqx", "ftp://zqx@x",
                          "https://[zqx]", "https://crm example wvj", "https://[::1]zqx"}) {
    refused(to, url, crm::http::base_url::parse(url));
    const crm::oauth2 tokens{support::scripted_transport{{token_answer()}},
                             {.token_endpoint = url, .client_id = "client-1"},
                             crm::oauth2_grant::client_credentials(crm::secret::from_text(client_secret))};
    refused(to, url, tokens.ready());
  }
}

void walk_texts(scan& to) {
  refused(to, "a date", crm::date::parse("1987-06-05 wvj"));
  refused(to, "a time", crm::timestamp::parse("1987-06-05Twvj"));
  refused(to, "a season", crm::season::of(98765432101));
  refused(to, "a key's header", crm::api_key::from_text(api_key).in_header("zqx zqx").ready());
  refused(to, "an HMAC key's id", crm::hmac_sha256{"zqx zqx", crm::secret::from_text(hmac_secret)}.ready());
}

}  // namespace

void walk_misuse(scan& to) {
  for (const auto& [what, call] : misused_calls()) {
    to.at(what);
    to.look(call(make_client(to, {support::answer(200, one_customer())})));
  }
  // The key's own header, of a caller; and a network that all can read.
  to.at("the key's header is the caller's");
  auto call = marked_call();
  call.headers = {{"X-Api-Key", "zqx"}};
  to.look(make_client(to, {support::answer(200)}, every_auth()[1].make()).find("wvj", call).error());
  for (const auto& [name, make] : every_auth()) {
    to.at(std::string{"in the clear, "} + name);
    try {
      const client c{network{to, {support::answer(200)}, "http://crm.example.com"}, {}, {}, make(), {}, watch(to)};
    } catch (const crm::exception& e) {
      to.look("what", e.what());
      to.look(e.error());
      to.met("in the clear");
    }
  }
  walk_secrets(to);
  walk_addresses(to);
  walk_texts(to);
}

}  // namespace leaks

TEST_CASE("a refusal of what a caller gives does not repeat it", "[leaks]") {
  CHECK(leaks::found_by(leaks::walk_misuse) == std::vector<std::string>{});
}

TEST_CASE("a trace that cannot be sent is told to no observer, be the answer kept or not", "[leaks]") {
  const auto walk = [](leaks::scan& to) {
    const auto task = leaks::make_client(to, {support::answer(200, leaks::one_customer())}).for_task("task-7");
    const std::string as_long = "00-" + std::string(49, 'w').append("vj") + "-";
    for (const std::string& trace : {std::string{}, std::string{"wvj"}, as_long}) {
      const auto found = task.find("wvj-17", {.traceparent = trace});
      if (found.has_value() != trace.empty()) to.report(trace, "is not refused");
      if (!found) to.look(found.error());
    }
  };
  CHECK(leaks::found_by(walk) == std::vector<std::string>{});
}
