#include <crm/testing/in_memory_crm.hpp>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <crm/json/document.hpp>
#include <crm/testing/sample_data.hpp>

#include "support/catch.hpp"

namespace {

using crm::http::header_list;
using crm::http::method;
using crm::http::response;
using crm::testing::in_memory_crm;
using crm::testing::sample_crm;
using nlohmann::json;

constexpr std::string_view customers_path = "/api/v1/customers";
constexpr std::string_view jane_path = "/api/v1/customers/mock-uuid-1";

response get(in_memory_crm& crm, std::string_view target, header_list headers = {}) {
  return crm.handle({method::get, std::string{target}, std::move(headers), {}});
}
response write(in_memory_crm& crm, method how, std::string_view target, std::string_view body,
               header_list headers = {}) {
  headers.push_back({"Content-Type", "application/json"});
  return crm.handle({how, std::string{target}, std::move(headers), std::string{body}});
}
response post(in_memory_crm& crm, std::string_view body, header_list headers = {}) {
  return write(crm, method::post, customers_path, body, std::move(headers));
}
response patch(in_memory_crm& crm, std::string_view target, std::string_view body, header_list headers = {}) {
  return write(crm, method::patch, target, body, std::move(headers));
}
std::string header(const response& answer, std::string_view name) {
  return std::string{answer.headers.get(name).value_or("")};
}

template <class T = crm::customer>
std::vector<std::string> ids(const response& answer) {
  REQUIRE(answer.status == 200);
  auto page = crm::json::decode_page<T>(answer.body);
  REQUIRE(page.has_value());
  std::vector<std::string> found;
  for (const T& each : page->records()) found.push_back(each.id);
  return found;
}
using id_list = std::vector<std::string>;

/// Holds an answer against RFC 9457 and the contract, and returns where the first fault lies.
std::string problem_of(const response& answer, int status) {
  CAPTURE(answer.body);
  CHECK(answer.status == status);
  CHECK(header(answer, "Content-Type") == "application/problem+json");
  CHECK_FALSE(header(answer, "X-Request-Id").empty());
  const json body = json::parse(answer.body);
  CHECK(body.at("status") == status);
  CHECK_FALSE(body.at("title").get<std::string>().empty());
  CHECK_FALSE(body.at("detail").get<std::string>().empty());
  if (!body.contains("errors")) return "";
  const json& first = body["errors"][0];
  return first.contains("pointer") ? first["pointer"] : first.at("parameter");
}

// --- lists -----------------------------------------------------------------------------------------------------------

TEST_CASE("a list has its envelope and its meta", "[testing]") {
  in_memory_crm crm{sample_crm};
  const auto answer = get(crm, "/api/v1/customers?per_page=2");
  CHECK(header(answer, "Content-Type") == "application/json");
  const json body = json::parse(answer.body);
  CHECK(body.at("customers").size() == 2);
  CHECK(body.at("meta") == json{{"total", 12}, {"page", 1}, {"per_page", 2}});
}

TEST_CASE("lists are ordered by age and then by id, and what has no age comes first", "[testing]") {
  in_memory_crm crm{sample_crm};
  // 1 and 10 were created in the same second.
  CHECK(ids(get(crm, customers_path)) == id_list{"mock-uuid-6", "mock-uuid-8", "mock-uuid-3", "mock-uuid-7",
                                                 "mock-uuid-2", "mock-uuid-1", "mock-uuid-10", "mock-uuid-9",
                                                 "mock-uuid-11", "mock-uuid-5", "mock-uuid-4", "mock-uuid-12"});
  CHECK(ids<crm::invoice>(get(crm, "/api/v1/invoices")) == id_list{"mock-invoice-5", "mock-invoice-4", "mock-invoice-7",
                                                                   "mock-invoice-2", "mock-invoice-6", "mock-invoice-1",
                                                                   "mock-invoice-8", "mock-invoice-3"});
  CHECK(ids<crm::interaction>(get(crm, "/api/v1/customers/mock-uuid-1/interactions")) ==
        id_list{"mock-interaction-3", "mock-interaction-1", "mock-interaction-2"});
}

TEST_CASE("every filter of the contract narrows its list", "[testing]") {
  const auto [query, expected] = GENERATE(table<std::string, id_list>({
      {"status=lead", {"mock-uuid-4", "mock-uuid-12"}},
      {"status=seasonal", {"mock-uuid-9"}},
      {"services=snow_removal,aeration", {"mock-uuid-2", "mock-uuid-9", "mock-uuid-5"}},
      {"services[]=snow_removal&services%5B%5D=aeration", {"mock-uuid-2", "mock-uuid-9", "mock-uuid-5"}},
      {"status=past&not_signed_for_season=2026", {"mock-uuid-3", "mock-uuid-1", "mock-uuid-11"}},
      {"last_service_before=2024-10-05", {"mock-uuid-8", "mock-uuid-3"}},
      {"last_service_before=2024-10-04", {"mock-uuid-8"}},
      {"city=Eagan&status=active", {"mock-uuid-10"}},
      {"city=eagan", {}},
      {"city=Saint+Paul", {"mock-uuid-2"}},
      {"status=past&services=fertilizer,weed_control&not_signed_for_season=2026&last_service_before=2025-10-01&city="
       "Eagan",
       {"mock-uuid-1"}},
  }));
  CAPTURE(query);
  in_memory_crm crm{sample_crm};
  CHECK(ids(get(crm, "/api/v1/customers?" + query)) == expected);
}

TEST_CASE("invoices are filtered by status, customer and due date", "[testing]") {
  const auto [query, expected] = GENERATE(table<std::string, id_list>({
      {"status=overdue", {"mock-invoice-4", "mock-invoice-6", "mock-invoice-1"}},
      {"customer_id=mock-uuid-1", {"mock-invoice-2", "mock-invoice-1"}},
      {"customer_id=nobody", {}},
      {"due_before=2025-06-14", {"mock-invoice-4", "mock-invoice-7"}},
      {"status=overdue&due_before=2025-10-01", {"mock-invoice-4", "mock-invoice-6"}},
  }));
  CAPTURE(query);
  in_memory_crm crm{sample_crm};
  CHECK(ids<crm::invoice>(get(crm, "/api/v1/invoices?" + query)) == expected);
}

TEST_CASE("interactions are filtered by time and direction, and belong to one customer", "[testing]") {
  const auto [query, expected] = GENERATE(table<std::string, id_list>({
      {"direction=inbound", {"mock-interaction-3", "mock-interaction-2"}},
      {"since=2026-01-20T15:00:00Z", {"mock-interaction-1", "mock-interaction-2"}},
      {"since=2026-01-20T16:00:01%2B01:00&direction=inbound", {"mock-interaction-2"}},
      {"direction=sideways", {}},
  }));
  CAPTURE(query);
  in_memory_crm crm{sample_crm};
  CHECK(ids<crm::interaction>(get(crm, "/api/v1/customers/mock-uuid-1/interactions?" + query)) == expected);
  problem_of(get(crm, "/api/v1/customers/nobody/interactions?" + query), 404);
}

TEST_CASE("pages part a list without loss, and past the last page it is empty", "[testing]") {
  in_memory_crm crm{sample_crm};
  const auto whole = ids(get(crm, customers_path));
  for (const std::size_t size : {1U, 2U, 3U, 5U, 7U, 12U, 100U}) {
    id_list collected;
    for (std::size_t page = 1; page <= (whole.size() + size - 1) / size; ++page)
      for (auto& id :
           ids(get(crm, "/api/v1/customers?page=" + std::to_string(page) + "&per_page=" + std::to_string(size))))
        collected.push_back(std::move(id));
    CHECK(collected == whole);
  }
  const auto past = get(crm, "/api/v1/customers?page=2147483647&per_page=100");
  CHECK(ids(past).empty());
  CHECK(json::parse(past.body)["meta"]["total"] == 12);
}

TEST_CASE("a value that does not fit is answered with 422 and the parameter's name", "[testing]") {
  const auto [target, at_fault] = GENERATE(table<std::string, std::string>({
      {"/api/v1/customers?per_page=101", "per_page"},
      {"/api/v1/customers?page=0", "page"},
      {"/api/v1/customers?status=", "status"},
      {"/api/v1/customers?status=past&status=lead", "status"},
      {"/api/v1/customers?services=mowing,", "services"},
      {"/api/v1/customers?not_signed_for_season=soon", "not_signed_for_season"},
      {"/api/v1/customers?last_service_before=2025-02-30", "last_service_before"},
      {"/api/v1/customers?city=", "city"},
      {"/api/v1/customers/search", "q"},
      {"/api/v1/customers/search?q=", "q"},
      {"/api/v1/customers/search?q=jane&per_page=0", "per_page"},
      {"/api/v1/invoices?due_before=tomorrow", "due_before"},
      {"/api/v1/invoices?customer_id=", "customer_id"},
      {"/api/v1/customers/mock-uuid-1/interactions?since=2026-01-01", "since"},
      {"/api/v1/customers/mock-uuid-1/interactions?direction=", "direction"},
  }));
  CAPTURE(target);
  in_memory_crm crm{sample_crm};
  CHECK(problem_of(get(crm, target), 422) == at_fault);
}

TEST_CASE("a query that is not percent-encoded UTF-8 is answered with 400", "[testing]") {
  in_memory_crm crm{sample_crm};
  problem_of(get(crm, "/api/v1/customers?city=%ff"), 400);
  problem_of(get(crm, "/api/v1/customers?city=%4"), 400);
}

// --- search ----------------------------------------------------------------------------------------------------------

TEST_CASE("search folds case and accents, forgives a letter, and puts the best match first", "[testing]") {
  const auto [text, expected] = GENERATE(table<std::string, id_list>({
      {"smith", {"mock-uuid-1"}},
      {"smyth", {"mock-uuid-8", "mock-uuid-1"}},
      {"jose", {"mock-uuid-2"}},
      {"THAO+NGUYEN", {"mock-uuid-4"}},
      {"obrien", {"mock-uuid-3"}},
      {"jane%40example.com", {"mock-uuid-1"}},
      {"763-555-0103", {"mock-uuid-3"}},
      {"nobody", {}},
      {"%20", {}},
  }));
  CAPTURE(text);
  in_memory_crm crm{sample_crm};
  CHECK(ids(get(crm, "/api/v1/customers/search?q=" + text)) == expected);
}

TEST_CASE("a better match comes before an older one", "[testing]") {
  in_memory_crm crm;
  for (const auto body :
       {R"({"customer":{"name":"Smyth"}})", R"({"customer":{"name":"Smithers"}})", R"({"customer":{"name":"Smith"}})"})
    CHECK(post(crm, body).status == 201);
  CHECK(ids(get(crm, "/api/v1/customers/search?q=smith")) == id_list{"mock-uuid-3", "mock-uuid-2", "mock-uuid-1"});
}

TEST_CASE("equal matches are in the stable order, and search has pages too", "[testing]") {
  in_memory_crm crm{sample_crm};
  const auto answer = get(crm, "/api/v1/customers/search?q=example.com&per_page=2&page=2");
  CHECK(ids(answer) == id_list{"mock-uuid-1", "mock-uuid-11"});
  CHECK(json::parse(answer.body)["meta"] == json{{"total", 5}, {"page", 2}, {"per_page", 2}});
}

// --- one customer ----------------------------------------------------------------------------------------------------

TEST_CASE("find answers the customer in its envelope, with a strong entity tag", "[testing]") {
  in_memory_crm crm{sample_crm};
  const auto answer = get(crm, jane_path);
  CHECK(answer.status == 200);
  const json jane = json::parse(answer.body).at("customer");
  CHECK(jane["name"] == "Jane Smith");
  CHECK(jane["services"] == json{"fertilizer", "weed_control"});
  CHECK(jane["created_at"] == "2024-03-10T09:30:00Z");
  CHECK(jane["signed_seasons"] == json{2024, 2025});
  CHECK_FALSE(jane.contains("version"));
  const auto tag = header(answer, "ETag");
  CHECK(tag.size() > 2);
  CHECK(tag.front() == '"');
  CHECK(tag.back() == '"');
  CHECK(crm.find("mock-uuid-1")->version == tag);
}

TEST_CASE("find answers 304 where the copy is current", "[testing]") {
  in_memory_crm crm{sample_crm};
  const auto tag = header(get(crm, jane_path), "ETag");
  for (const auto& known : {tag, "W/" + tag, "\"x\", " + tag, std::string{"*"}}) {
    const auto answer = get(crm, jane_path, {{"If-None-Match", known}});
    CHECK(answer.status == 304);
    CHECK(answer.body.empty());
    CHECK(header(answer, "ETag") == tag);
  }
  CHECK(get(crm, jane_path, {{"If-None-Match", "\"other\""}}).status == 200);
}

TEST_CASE("an id that no customer has is answered with 404", "[testing]") {
  in_memory_crm crm{sample_crm};
  problem_of(get(crm, "/api/v1/customers/nobody"), 404);
  problem_of(patch(crm, "/api/v1/customers/nobody", R"({"customer":{"name":"A"}})"), 404);
}

TEST_CASE("an id may be percent-encoded", "[testing]") {
  in_memory_crm crm;
  crm::customer odd;
  odd.id = "zoë:1";
  odd.name = "Zoë";
  crm.put(odd);
  CHECK(get(crm, "/api/v1/customers/zo%C3%AB%3A1").status == 200);
}

TEST_CASE("a path that the contract does not have is answered with 404", "[testing]") {
  in_memory_crm crm{sample_crm};
  for (const auto target :
       {"/", "/api/v1", "/api/v1/customers/", "/api/v1/customersx", "/api/v2/customers",
        "/api/v1/customers/mock-uuid-1/", "/api/v1/customers/mock-uuid-1/notes",
        "/api/v1/customers/mock-uuid-1/interactions/1", "/api/v1/invoices/1", "/api/v1/customers/%zz"}) {
    CAPTURE(target);
    problem_of(get(crm, target), 404);
  }
}

TEST_CASE("a method that a path does not have is answered with 405 and those it has", "[testing]") {
  in_memory_crm crm{sample_crm};
  const auto allowed = [&](method how, std::string_view target) {
    const auto answer = write(crm, how, target, "{}");
    problem_of(answer, 405);
    return header(answer, "Allow");
  };
  CHECK(allowed(method::patch, customers_path) == "GET, POST");
  CHECK(allowed(method::post, jane_path) == "GET, PATCH");
  CHECK(allowed(method::patch, "/api/v1/customers/search") == "GET");
  CHECK(allowed(method::post, "/api/v1/invoices") == "GET");
  CHECK(allowed(method::post, "/api/v1/customers/mock-uuid-1/interactions") == "GET");
}

// --- create ----------------------------------------------------------------------------------------------------------

TEST_CASE("a create answers 201 with Location and ETag, the same in every run", "[testing]") {
  in_memory_crm crm{sample_crm};
  const auto answer = post(crm, R"({"customer":{"name":"New Lead","email":"new@example.com","status":"lead",
      "services":["aeration"],"last_service_date":null,"signed_seasons":[2026]}})");
  CHECK(answer.status == 201);
  CHECK(header(answer, "Location") == "/api/v1/customers/mock-uuid-13");
  const json made = json::parse(answer.body).at("customer");
  CHECK(made["id"] == "mock-uuid-13");
  CHECK(made["created_at"] == "2026-02-08T12:00:00Z");
  CHECK(made["email"] == "new@example.com");
  CHECK(made["services"] == json{"aeration"});
  CHECK(made["last_service_date"].is_null());
  const auto found = get(crm, header(answer, "Location"));
  CHECK(found.body == answer.body);
  CHECK(header(found, "ETag") == header(answer, "ETag"));

  const json next = json::parse(post(crm, R"({"customer":{"name":"Another"}})").body).at("customer");
  CHECK(next["id"] == "mock-uuid-14");
  CHECK(next["created_at"] == "2026-02-08T12:00:01Z");
}

TEST_CASE("a refused body names the place at fault, and creates nothing", "[testing]") {
  const auto [body, at_fault] = GENERATE(table<std::string, std::string>({
      {R"({"customer":{}})", "/customer/name"},
      {R"({"customer":{"name":null}})", "/customer/name"},
      {R"({"customer":{"name":""}})", "/customer/name"},
      {R"({"customer":{"name":7}})", "/customer/name"},
      {R"({"customer":{"name":"A","id":"x"}})", "/customer/id"},
      {R"({"customer":{"name":"A","created_at":"2024-01-01T00:00:00Z"}})", "/customer/created_at"},
      {R"({"customer":{"name":"A","created_at":null}})", "/customer/created_at"},
      {R"({"customer":{"name":"A","nickname":"B"}})", "/customer"},
      {R"({"customer":{"name":"A","status":""}})", "/customer/status"},
      {R"({"customer":{"name":"A","services":["mowing",""]}})", "/customer/services"},
      {R"({"customer":{"name":"A","services":["mowing",1]}})", "/customer/services/1"},
      {R"({"customer":{"name":"A","signed_seasons":[2026,12]}})", "/customer/signed_seasons/1"},
      {R"({"customer":{"name":"A","last_service_date":"2025-02-30"}})", "/customer/last_service_date"},
      {R"({"name":"A"})", "/customer"},
      {R"({"customer":null})", "/customer"},
      {R"({"customer":"A"})", "/customer"},
      {R"({"customer":{"name":"A"},"other":1})", "/customer"},
      {R"([])", "/customer"},
  }));
  CAPTURE(body);
  in_memory_crm crm{sample_crm};
  CHECK(problem_of(post(crm, body), 422) == at_fault);
  CHECK(crm.customers().size() == 12);
}

TEST_CASE("a body that is not JSON, or names a member twice, is answered with 400", "[testing]") {
  in_memory_crm crm{sample_crm};
  for (const auto body :
       {"", "{", R"({"customer":{"name":"A","name":"B"}})", R"({"customer":{"name":"A"},"customer":{"name":"B"}})",
        R"({"customer":{"name":"A"}}x)", R"({"customer":{"name":"\ud800"}})", "{\"customer\":{\"name\":\"\xff\"}}"}) {
    CAPTURE(body);
    problem_of(post(crm, body), 400);
    problem_of(patch(crm, jane_path, body), 400);
  }
}

TEST_CASE("a body of another type is answered with 415", "[testing]") {
  in_memory_crm crm{sample_crm};
  const std::string body = R"({"customer":{"name":"A"}})";
  problem_of(crm.handle({method::post, std::string{customers_path}, {}, body}), 415);
  problem_of(crm.handle({method::post, std::string{customers_path}, {{"Content-Type", "text/plain"}}, body}), 415);
  CHECK(crm.handle(
               {method::post, std::string{customers_path}, {{"content-type", "Application/JSON; charset=utf-8"}}, body})
            .status == 201);
}

// --- idempotency -----------------------------------------------------------------------------------------------------

TEST_CASE("the same create under the same key is one customer and one answer", "[testing]") {
  in_memory_crm crm{sample_crm};
  const std::string body = R"({"customer":{"name":"Once"}})";
  const auto first = post(crm, body, {{"Idempotency-Key", "\"k-1\""}});
  const auto again = post(crm, body, {{"Idempotency-Key", "k-1"}});
  CHECK(first.status == 201);
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(header(again, "Location") == header(first, "Location"));
  CHECK(header(again, "ETag") == header(first, "ETag"));
  CHECK(header(again, "X-Request-Id") != header(first, "X-Request-Id"));
  CHECK(header(first, "Idempotent-Replayed").empty());
  CHECK(header(again, "Idempotent-Replayed") == "true");
  CHECK(crm.customers().size() == 13);
}

TEST_CASE("a key used with another body is answered with 422", "[testing]") {
  in_memory_crm crm{sample_crm};
  const header_list key{{"Idempotency-Key", "k"}};
  CHECK(post(crm, R"({"customer":{"name":"One"}})", key).status == 201);
  const auto other = post(crm, R"({"customer":{"name":"Two"}})", key);
  problem_of(other, 422);
  CHECK(json::parse(other.body)["type"] == "/problems/idempotency-key-reused");
  problem_of(patch(crm, jane_path, R"({"customer":{"name":"One"}})", key), 422);
  CHECK(crm.customers().size() == 13);
}

TEST_CASE("a refused request takes no key", "[testing]") {
  in_memory_crm crm{sample_crm};
  const header_list key{{"Idempotency-Key", "k"}};
  problem_of(post(crm, R"({"customer":{}})", key), 422);
  CHECK(post(crm, R"({"customer":{"name":"One"}})", key).status == 201);
}

TEST_CASE("an update under a key is made once", "[testing]") {
  in_memory_crm crm{sample_crm};
  const auto tag = crm.find("mock-uuid-1")->version;
  const header_list headers{{"Idempotency-Key", "k"}, {"If-Match", tag}};
  const auto first = patch(crm, jane_path, R"({"customer":{"notes":"x"}})", headers);
  const auto again = patch(crm, jane_path, R"({"customer":{"notes":"x"}})", headers);
  CHECK(first.status == 200);
  CHECK(again.status == 200);  // without the key its own first attempt would make it a 412
  CHECK(header(again, "ETag") == header(first, "ETag"));
}

TEST_CASE("a key is 1 to 255 printable characters, plain or quoted", "[testing]") {
  in_memory_crm crm{sample_crm};
  const std::string body = R"({"customer":{"name":"A"}})";
  for (const std::string& bad :
       {std::string{}, std::string{"\"\""}, std::string{"\""}, std::string{"\"a"}, std::string{"\"a\"b\""},
        std::string{"\"a\\\""}, std::string{"a\tb"}, std::string{"\x7f"}, std::string(256, 'k')}) {
    CAPTURE(bad);
    problem_of(post(crm, body, {{"Idempotency-Key", bad}}), 400);
  }
  CHECK(post(crm, body, {{"Idempotency-Key", std::string(255, 'k')}}).status == 201);
  CHECK(post(crm, body, {{"Idempotency-Key", R"("a\"b\\c")"}}).status == 201);
  CHECK(header(post(crm, body, {{"Idempotency-Key", R"(a"b\c)"}}), "Idempotent-Replayed") == "true");
}

// --- update ----------------------------------------------------------------------------------------------------------

TEST_CASE("a patch sets what it names, clears what is null, replaces lists and keeps the rest", "[testing]") {
  in_memory_crm crm{sample_crm};
  const auto before = *crm.find("mock-uuid-1");
  const auto answer = patch(crm, jane_path, R"({"customer":{"status":"active","phone":null,"services":["mowing"],
      "signed_seasons":null}})");
  CHECK(answer.status == 200);
  auto expected = before;
  expected.status = crm::status::active;
  expected.phone.reset();
  expected.services = {crm::service::mowing};
  expected.signed_seasons.clear();
  expected.version = header(answer, "ETag");
  CHECK(expected.version != before.version);
  CHECK(crm.find("mock-uuid-1") == expected);
}

TEST_CASE("a patch that may not be made changes nothing", "[testing]") {
  const auto [body, at_fault] = GENERATE(table<std::string, std::string>({
      {R"({"customer":{}})", "/customer"},
      {R"({"customer":{"name":null}})", "/customer/name"},
      {R"({"customer":{"phone":null,"name":""}})", "/customer/name"},
      {R"({"customer":{"id":"mock-uuid-1"}})", "/customer/id"},
      {R"({"customer":{"created_at":null}})", "/customer/created_at"},
      {R"({"customer":{"version":"1"}})", "/customer"},
      {R"({"status":"active"})", "/customer"},
  }));
  CAPTURE(body);
  in_memory_crm crm{sample_crm};
  const auto before = crm.find("mock-uuid-1");
  CHECK(problem_of(patch(crm, jane_path, body), 422) == at_fault);
  CHECK(crm.find("mock-uuid-1") == before);
}

TEST_CASE("If-Match holds an update to the state it was made for", "[testing]") {
  in_memory_crm crm{sample_crm};
  const std::string body = R"({"customer":{"notes":"x"}})";
  const auto tag = crm.find("mock-uuid-1")->version;
  problem_of(patch(crm, jane_path, body, {{"If-Match", "\"old\""}}), 412);
  problem_of(patch(crm, jane_path, body, {{"If-Match", "W/" + tag}}), 412);
  problem_of(patch(crm, jane_path, body, {{"If-Match", ""}}), 412);
  problem_of(patch(crm, "/api/v1/customers/nobody", body, {{"If-Match", "*"}}), 404);
  CHECK(crm.find("mock-uuid-1")->version == tag);
  CHECK(patch(crm, jane_path, body, {{"If-Match", tag}}).status == 200);
  problem_of(patch(crm, jane_path, body, {{"If-Match", tag}}), 412);
  CHECK(patch(crm, jane_path, body, {{"If-Match", "*"}}).status == 200);
  CHECK(patch(crm, jane_path, body).status == 200);
}

// --- every answer ----------------------------------------------------------------------------------------------------

TEST_CASE("X-Request-Id is the client's where it is plain, else one of ours", "[testing]") {
  in_memory_crm crm{sample_crm};
  const auto echoed = [&](std::string id) {
    return header(get(crm, jane_path, {{"x-request-id", id}}), "X-Request-Id") == id;
  };
  CHECK(echoed("a.B_9-z"));
  CHECK(echoed(std::string(64, 'x')));
  for (const std::string& odd : {std::string{}, std::string(65, 'x'), std::string{"a b"}, std::string{"<script>"},
                                 std::string{"a\r\nSet-Cookie: b"}, std::string{"é"}}) {
    CAPTURE(odd);
    CHECK_FALSE(echoed(odd));
  }
  CHECK(header(get(crm, jane_path), "X-Request-Id") != header(get(crm, jane_path), "X-Request-Id"));
}

// --- what tests look at and change -----------------------------------------------------------------------------------

TEST_CASE("it can be empty, or begin with customers alone", "[testing]") {
  in_memory_crm empty;
  CHECK(ids(get(empty, customers_path)).empty());
  CHECK(json::parse(post(empty, R"({"customer":{"name":"First"}})").body)["customer"]["id"] == "mock-uuid-1");

  static constexpr std::array<crm::customer_view, 1> one{{{.id = "a", .name = "A"}}};
  in_memory_crm crm{one};
  CHECK(ids(get(crm, customers_path)) == id_list{"a"});
  CHECK(crm.invoices().empty());
}

TEST_CASE("what a test puts in, the client sees, and a replaced customer has a new entity tag", "[testing]") {
  in_memory_crm crm{sample_crm};
  auto jane = *crm.find("mock-uuid-1");
  const auto tag = jane.version;
  jane.city = "Edina";
  crm.put(jane);
  CHECK(crm.customers().size() == 12);
  const auto answer = get(crm, jane_path);
  CHECK(json::parse(answer.body)["customer"]["city"] == "Edina");
  CHECK(header(answer, "ETag") != tag);

  crm::invoice due;
  due.id = "new";
  due.customer_id = "mock-uuid-4";
  crm.put(due);
  CHECK(ids<crm::invoice>(get(crm, "/api/v1/invoices?customer_id=mock-uuid-4")) == id_list{"new"});

  crm::interaction call;
  call.id = "call";
  call.customer_id = "mock-uuid-5";
  crm.put(call);
  CHECK(ids<crm::interaction>(get(crm, "/api/v1/customers/mock-uuid-5/interactions")) == id_list{"call"});

  CHECK(crm.erase_customer("mock-uuid-1"));
  CHECK_FALSE(crm.erase_customer("mock-uuid-1"));
  problem_of(get(crm, jane_path), 404);
}

TEST_CASE("requests are remembered with their operation, without headers or body", "[testing]") {
  using crm::operation;
  using crm::testing::seen_request;
  in_memory_crm crm{sample_crm};
  (void)get(crm, "/api/v1/customers?status=past", {{"Authorization", "Bearer secret"}});
  (void)get(crm, "/api/v1/invoices");
  (void)get(crm, "/api/v1/customers/search?q=a");
  (void)get(crm, "/api/v1/customers/nobody");
  (void)post(crm, "{}");
  (void)patch(crm, jane_path, "{}");
  (void)get(crm, "/elsewhere");
  CHECK(crm.requests() == std::vector<seen_request>{
                              {operation::query, method::get, "/api/v1/customers?status=past"},
                              {operation::query, method::get, "/api/v1/invoices"},
                              {operation::search, method::get, "/api/v1/customers/search?q=a"},
                              {operation::find, method::get, "/api/v1/customers/nobody"},
                              {operation::create, method::post, "/api/v1/customers"},
                              {operation::update, method::patch, "/api/v1/customers/mock-uuid-1"},
                              {operation::none, method::get, "/elsewhere"},
                          });
  CHECK(crm.count(operation::query) == 2);
  CHECK(crm.count(operation::find) == 1);
  CHECK(crm.count(operation::none) == 1);
  crm.forget_requests();
  CHECK(crm.requests().empty());
  CHECK(crm.count(operation::query) == 0);
}

TEST_CASE("the last requests are remembered, and all are counted", "[testing]") {
  in_memory_crm crm;
  constexpr std::size_t more = 5;
  for (std::size_t i = 0; i < in_memory_crm::most_requests + more; ++i) (void)get(crm, "/" + std::to_string(i));
  CHECK(crm.count(crm::operation::none) == in_memory_crm::most_requests + more);
  const auto seen = crm.requests();
  REQUIRE(seen.size() == in_memory_crm::most_requests);
  CHECK(seen.front().target == "/" + std::to_string(more));
}

TEST_CASE("threads may create at once, each its own customer", "[testing]") {
  in_memory_crm crm;
  {
    std::array<std::jthread, 4> threads;
    for (auto& thread : threads)
      thread = std::jthread{[&] {
        for (int i = 0; i < 25; ++i) (void)post(crm, R"({"customer":{"name":"A"}})");
      }};
  }
  std::set<std::string> created;
  for (const auto& c : crm.customers()) created.insert(c.id);
  CHECK(created.size() == 100);
}

}  // namespace
