// A list is read in the memory of a page, however long it is.
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>

#include <crm/client.hpp>
#include <crm/http/message.hpp>
#include <crm/model/customer.hpp>
#include <crm/query/customers.hpp>

#include "allocation/memory.hpp"
#include "support/catch.hpp"

namespace {

constexpr std::size_t pages = 300, per_page = 20;

/// Answers each page of a long list, and keeps nothing.
struct long_list {
  crm::transport_result send(const crm::http::request& request, const crm::send_limits&) const {
    const std::string_view target = request.target;
    const std::string page{
        target.substr(target.find("page=") + 5, target.find("&per_page=") - target.find("page=") - 5)};
    const std::string padded = std::string(6 - page.size(), '0') + page;  // every body has the same length
    std::string body = R"({"customers":[)";
    for (std::size_t i = 0; i < per_page; ++i)
      body.append(i == 0 ? "" : ",")
          .append(R"({"id":"6f1c2f0a-8d3e-4c59-)" + padded + std::string(i, 'x'))
          .append(
              R"(","name":"Jane \"Jo\" Smith","notes":"Prefers to be called in the evening","services":["mowing"]})");
    body.append(R"(],"meta":{"total":)" + std::to_string(pages * per_page) + R"(,"page":)" + page +
                R"(,"per_page":20}})");
    return crm::http::response{200, {}, std::move(body)};
  }
  static crm::time_point now() { return {}; }
  static crm::wake wait_until(crm::time_point, const std::stop_token&) { return crm::wake::due; }
};

}  // namespace

TEMPLATE_TEST_CASE("the lazy range holds no more memory after many pages than after a few", "[pages]",
                   crm::customer_view, crm::customer) {
  const crm::basic_crm_client<long_list> client{long_list{}};
  std::ptrdiff_t alive = 0;
  std::size_t held = 0, number = 0;
  for (auto& page : client.pages<TestType>(crm::customers, {.per_page = 20})) {
    if (!page) FAIL(page.error().message);
    ++number;
    const std::ptrdiff_t alive_now = memory::alive;
    const std::size_t held_now = memory::held;
    // By the tenth, what is kept from page to page has its room. The C library may round up by some bytes more or less.
    if (number <= 10) alive = alive_now, held = held_now;
    if (alive_now != alive || held_now > held + 256) {
      CAPTURE(number);
      REQUIRE(alive_now == alive);
      REQUIRE(held_now <= held + 256);
    }
  }
  CHECK(number == pages);
}
