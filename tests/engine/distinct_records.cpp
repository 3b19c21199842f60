#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

#include <crm/client/distinct_records.hpp>
#include <crm/model/customer.hpp>

namespace {

std::vector<crm::customer> page_of(const std::vector<std::pair<std::string, std::string>>& ids_and_names) {
  std::vector<crm::customer> page;
  for (const auto& [id, name] : ids_and_names) {
    page.emplace_back().id = id;
    page.back().name = name;
  }
  return page;
}

std::string names_in(crm::detail::distinct_records<crm::customer>& records) {
  std::string names;
  for (const auto& each : records.get()) names += each.name;
  return names;
}

}  // namespace

TEST_CASE("of records with one id the first is kept, and all others in their order", "[engine]") {
  crm::detail::distinct_records<crm::customer> records;
  // Ids longer than a string holds in itself, and shorter ones.
  const std::string far = "6f1c2f0a-8d3e-4c59-9b7a-000000000001";
  records.add(page_of({{"1", "A"}, {far, "B"}, {"1", "-"}, {"1", "-"}, {"2", "C"}}));
  CHECK(names_in(records) == "ABC");
  records.add(page_of({}));
  records.add(page_of({{far, "-"}, {"3", "D"}, {"3", "-"}, {"4", "E"}, {"2", "-"}}));
  CHECK(names_in(records) == "ABCDE");
  for (int i = 5; i < 200; ++i) records.add(page_of({{std::to_string(i), "x"}, {far, "-"}, {"1", "-"}}));
  CHECK(records.size() == 200);
}
