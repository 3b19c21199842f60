/// @file
/// Bodies to be measured with: pages of customers as a CRM sends them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace bench {

/// How the keys of a record are ordered, and what its text holds. A server writes every record in one order, which may
/// be another than the model's: `shuffled`. In `shuffled_each` every record has its own.
enum class page_kind { ordered, shuffled, shuffled_each, escaped };

/// A page of so many customers, 394 bytes each.
inline std::string page_body(std::size_t customers, page_kind kind = page_kind::ordered) {
  constexpr unsigned seed = 20260210;
  std::mt19937 random{seed};
  std::string out = R"({"customers":[)";
  for (std::size_t i = 0; i < customers; ++i) {
    const std::string number = std::to_string(10'000 + i);
    const std::string quote = kind == page_kind::escaped ? R"(\"email\" \u00e9)" : "email only";
    std::vector<std::string> members{R"("id":"6f1c2f0a-8d3e-4c59-9b7a-0000000)" + number + '"',
                                     R"("name":"Jane Smith )" + number + '"',
                                     R"("email":"jane)" + number + R"(@example.com")",
                                     R"("phone":"612-555-1234")",
                                     R"("address":"123 Elm Street")",
                                     R"("city":"Eagan")",
                                     R"("state":"MN")",
                                     R"("zip":"55122")",
                                     R"("services":["fertilizer","weed_control"])",
                                     R"("status":"past")",
                                     R"("last_service_date":"2025-09-15")",
                                     R"("notes":"Prefers )" + quote + '"',
                                     R"("source":null)",
                                     R"("created_at":"2024-03-10T09:30:00Z")",
                                     R"("signed_seasons":[2024,2025])"};
    if (kind == page_kind::shuffled) random.seed(seed);
    if (kind == page_kind::shuffled || kind == page_kind::shuffled_each)
      std::shuffle(members.begin(), members.end(), random);
    out += i == 0 ? "{" : ",{";
    for (std::size_t m = 0; m < members.size(); ++m) out += (m == 0 ? "" : ",") + members[m];
    out += '}';
  }
  const std::string total = std::to_string(customers);
  return out + R"(],"meta":{"total":)" + total + R"(,"page":1,"per_page":)" + total + "}}";
}

}  // namespace bench
