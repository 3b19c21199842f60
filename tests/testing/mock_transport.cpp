#include <crm/testing/mock_transport.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <crm/auth/api_key.hpp>
#include <crm/client.hpp>
#include <crm/testing/laws/transport.hpp>

#include "support/catch.hpp"

namespace {

namespace laws = crm::testing::laws;
using namespace std::chrono_literals;
using crm::mock_transport;
using mock_client = crm::basic_crm_client<mock_transport<>>;
using id_list = std::vector<std::string>;

template <class Records>
id_list ids(const Records& records) {
  id_list found;
  for (const auto& each : records) found.push_back(each.id);
  return found;
}

TEST_CASE("the mock transport obeys the laws of transports", "[testing]") {
  CHECK(laws::check_transport(mock_transport<>{}) == laws::none);
}

TEST_CASE("copies of a mock transport share one CRM and one time", "[testing]") {
  mock_transport<> mine;
  const auto copy = mine;
  CHECK(&mine.crm() == &copy.crm());
  CHECK(mine.wait_until(mine.now() + 5s, {}) == crm::wake::due);
  CHECK(copy.now() == mine.now());
  CHECK(copy.time().waits() == std::vector<crm::milliseconds>{5s});
  CHECK(&mine.crm() != &mock_transport<>{}.crm());
}

TEST_CASE("a send that reaches its limits never reaches the CRM", "[testing]") {
  mock_transport<> transport;
  CHECK(laws::check_transport_limits(transport, {}) == laws::none);
  CHECK(transport.crm().requests().size() == 1);  // the one that the laws sent in time
}

TEST_CASE("a mock transport may be filled with customers of one's own", "[testing]") {
  static constexpr std::array<crm::customer_view, 2> two{{{.id = "a", .name = "A"}, {.id = "b", .name = "B"}}};
  const crm::basic_crm_client client{mock_transport<two>{}};
  CHECK(ids(client.query(crm::customers).value()) == id_list{"a", "b"});
}

TEST_CASE("a client on the mock is made from an address, and needs no usable credential", "[testing]") {
  using keyed = crm::basic_crm_client<mock_transport<>, crm::adr_backoff, crm::task_cache, crm::api_key>;
  const keyed client{"https://crm.example.com", crm::api_key::from_text("")};
  CHECK(client.find("mock-uuid-1").value()->name == "Jane Smith");
}

TEST_CASE("query on the mock: past lawn customers who are not signed for the season", "[testing]") {
  constexpr auto lapsed =
      crm::customers.status(crm::status::past).services("fertilizer", "weed_control").not_signed_for_season(2026);
  const crm::basic_crm_client client{mock_transport<>{}};
  CHECK(ids(client.query(lapsed).value()) == id_list{"mock-uuid-3", "mock-uuid-1", "mock-uuid-11"});
}

TEST_CASE("both list styles of the client mean the same to the mock", "[testing]") {
  constexpr auto wanted = crm::customers.services("snow_removal", "fertilizer");
  crm::client_options brackets;
  brackets.lists = crm::list_style::brackets;
  const mock_client comma{mock_transport<>{}};
  const mock_client rails{mock_transport<>{}, {}, {}, {}, brackets};
  CHECK(ids(comma.query(wanted).value()) == ids(rails.query(wanted).value()));
  CHECK(rails.transport_model().crm().requests().at(0).target.find("services%5B%5D=") != std::string::npos);
}

TEST_CASE("a filter selects on the mock what its predicate selects", "[testing]") {
  mock_transport<> transport;
  const crm::basic_crm_client client{transport};
  const auto agree = [&](const auto& filter) {
    std::vector<std::string> selected;
    for (const auto& c : client.query(crm::customers).value())
      if (filter.matches(c)) selected.push_back(c.id);
    CHECK(ids(client.query(filter).value()) == selected);
  };
  agree(crm::customers.city("Eagan"));
  agree(crm::customers.last_service_before(crm::date{"2025-09-15"}));
  agree(crm::customers.not_signed_for_season(2025).services("mowing"));
  agree(crm::customers.status(std::string{"seasonal"}));
}

TEST_CASE("a list is whole for every page size", "[testing]") {
  const crm::basic_crm_client client{mock_transport<>{}};
  const auto whole = ids(client.query(crm::customers).value());
  CHECK(whole.size() == 12);
  for (const std::int64_t size : {1, 2, 3, 4, 5}) {
    crm::call_options call;
    call.per_page = crm::page_size::of(size).value();
    CHECK(ids(client.query(crm::customers, call).value()) == whole);

    id_list lazily;
    for (auto& page : client.pages<crm::customer_view>(crm::customers, call)) {
      REQUIRE(page.has_value());
      for (const auto& c : page->records()) lazily.emplace_back(c.id);
    }
    CHECK(lazily == whole);
  }
}

TEST_CASE("find on the mock: the customer with its version, or nothing", "[testing]") {
  mock_transport<> transport;
  const crm::basic_crm_client client{transport};
  const auto jane = client.find("mock-uuid-1").value();
  REQUIRE(jane.has_value());
  CHECK(*jane == transport.crm().find("mock-uuid-1"));
  CHECK_FALSE(client.find("nobody").value().has_value());
}

TEST_CASE("search on the mock forgives a letter and an accent", "[testing]") {
  const crm::basic_crm_client client{mock_transport<>{}};
  CHECK(ids(client.search("jane smyth").value()) == id_list{"mock-uuid-1"});
  CHECK(ids(client.search("Jose Garcia").value()) == id_list{"mock-uuid-2"});
  CHECK(ids(client.search("siobhán o’brien").value()) == id_list{"mock-uuid-3"});
  CHECK(client.search("zzzz").value().empty());
}

TEST_CASE("create on the mock is what find then answers", "[testing]") {
  mock_transport<> transport;
  const crm::basic_crm_client client{transport};
  const auto made =
      client.create(crm::new_customer{"Zoë \"Z\" Doe\n"}.email("zoe@example.com").status(crm::status::lead)).value();
  CHECK(made.id == "mock-uuid-13");
  CHECK(made.name == "Zoë \"Z\" Doe\n");
  CHECK(client.find(made.id).value() == made);
  CHECK(transport.crm().count(crm::operation::create) == 1);
}

TEST_CASE("a create repeated under its key is one customer", "[testing]") {
  mock_transport<> transport;
  const crm::basic_crm_client client{transport};
  crm::call_options call;
  call.idempotency_key = "lead-42";
  const auto first = client.create(crm::new_customer{"Once"}, call).value();
  CHECK(client.create(crm::new_customer{"Once"}, call).value() == first);
  CHECK(transport.crm().customers().size() == 13);

  const crm::basic_crm_client elsewhere{transport};  // which does not know what the key was given to
  const auto other = elsewhere.create(crm::new_customer{"Twice"}, call);
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().code == crm::errc::rejected);
  REQUIRE(other.error().details.has_value());
  CHECK(other.error().details->type == "/problems/idempotency-key-reused");
}

TEST_CASE("update on the mock sets and clears, and answers the customer after the change", "[testing]") {
  const crm::basic_crm_client client{mock_transport<>{}};
  const auto changed = client.update("mock-uuid-1", crm::customer_patch{}
                                                        .status(crm::status::active)
                                                        .notes("Re-signed for 2026 season")
                                                        .phone(crm::null)
                                                        .signed_seasons({2024, 2025, 2026}));
  REQUIRE(changed.has_value());
  CHECK(changed->status == crm::status{crm::status::active});
  CHECK_FALSE(changed->phone.has_value());
  CHECK(changed->email == "jane@example.com");
  CHECK(client.find("mock-uuid-1").value() == *changed);

  const auto missing = client.update("nobody", crm::customer_patch{}.notes("x"));
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == crm::errc::not_found);
}

TEST_CASE("an update of a customer that somebody else has changed is a conflict", "[testing]") {
  mock_transport<> transport;
  const crm::basic_crm_client client{transport};
  const auto jane = client.find("mock-uuid-1").value().value();
  auto theirs = *transport.crm().find("mock-uuid-1");
  theirs.notes = "Somebody else was here";
  transport.crm().put(theirs);

  const auto refused = client.update(jane, crm::customer_patch{}.notes("Mine"));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == crm::errc::conflict);
  CHECK(refused.error().status == 412);
  CHECK(transport.crm().find("mock-uuid-1")->notes == "Somebody else was here");

  const auto read_again = client.find("mock-uuid-1").value().value();
  CHECK(client.update(read_again, crm::customer_patch{}.notes("Mine")).value().notes == "Mine");
}

TEST_CASE("overdue invoices and a customer's answers are found on the mock", "[testing]") {
  const crm::basic_crm_client client{mock_transport<>{}};
  CHECK(ids(client.invoices(crm::invoices.status("overdue")).value()) ==
        id_list{"mock-invoice-4", "mock-invoice-6", "mock-invoice-1"});
  CHECK(ids(client.invoices().value()).size() == 8);

  const auto answers = crm::interactions.direction("inbound").since(crm::timestamp{"2026-01-20T15:00:00Z"});
  CHECK(ids(client.interactions("mock-uuid-1", answers).value()) == id_list{"mock-interaction-2"});
  CHECK(client.interactions("mock-uuid-8").value().empty());
  const auto nobody = client.interactions("nobody");
  REQUIRE_FALSE(nobody.has_value());
  CHECK(nobody.error().code == crm::errc::not_found);
}

TEST_CASE("a task asks the mock once for what it reads twice", "[testing]") {
  mock_transport<> transport;
  const crm::basic_crm_client client{transport};
  const auto task = client.for_task("t");
  CHECK(task.find("mock-uuid-1").value() == task.find("mock-uuid-1").value());
  CHECK(transport.crm().count(crm::operation::find) == 1);
}

}  // namespace
