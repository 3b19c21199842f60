#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include <crm/http/uri.hpp>

#include "agreement.hpp"
#include "rules.hpp"

namespace crm_check::proofs {

namespace {

/// Whether lists of customers come in pages here; a bare array is one page of all.
void require_pages(session& crm) {
  crm.customers();
  require(crm.page<crm::customer>(customers_path, {{"per_page", "1"}}).meta.has_value(),
          "the list is a bare array: one page of all");
}

}  // namespace

void list_can_be_read(session& crm) { crm.list<crm::customer>(customers_path, {}, 500); }

void ids_and_names_are_there(session& crm) {
  std::size_t unfit = 0;
  for (const auto& each : crm.customers().records)
    if (!crm::http::path_segment(each.id) || each.id == "search" || each.name.empty()) ++unfit;
  demand(unfit == 0, std::to_string(unfit) + " customers have no name, or an id that cannot stand in a path");
}

void good_answers_are_json(session& crm) {
  const auto list = crm.get(customers_path, terms{});
  demand(list.must_be(200).has_type("application/json"), list.route + " is no application/json");
  if (crm.customers().records.empty()) return;
  const auto one = crm.get(customer_path(crm.some_customer().id));
  demand(one.status() != 200 || one.has_type("application/json"), one.route + " is no application/json");
}

void meta_says_what_was_asked(session& crm) {
  require_pages(crm);
  constexpr std::array<std::pair<int, int>, 4> asked{{{1, 100}, {1, 7}, {2, 1}, {3, 10}}};
  for (const auto& [page, size] : asked) {
    const auto meta =
        crm.page<crm::customer>(customers_path, {{"page", std::to_string(page)}, {"per_page", std::to_string(size)}})
            .meta;
    // Another size is another rule's matter: per_page_goes_to_100.
    demand(meta && meta->page == page && (meta->per_page == size || size == 100),
           "page " + std::to_string(page) + " of " + std::to_string(size) + " calls itself another");
  }
}

void total_is_right(session& crm) {
  require_pages(crm);
  const auto& all = crm.customers();
  const auto there = static_cast<std::int64_t>(all.records.size());
  for (const auto* page : {"1", "2", "3"}) {
    const auto meta = crm.page<crm::customer>(customers_path, {{"page", page}, {"per_page", "10"}}).meta;
    const auto total = meta ? meta->total : 0;
    demand(all.is_whole ? total == there : total >= there, "the total is " + std::to_string(total) + ", and " +
                                                               std::to_string(there) + " records were read" +
                                                               (all.is_whole ? "" : " so far"));
  }
}

void a_page_holds_25_by_default(session& crm) {
  require_pages(crm);
  const auto first = crm.page<crm::customer>(customers_path, {});
  demand(first.meta && first.meta->per_page == 25, "`meta.per_page` is not 25");
  const auto expected = std::min<std::size_t>(25, crm.customers().records.size());
  demand(first.records.size() == expected, "the page holds " + std::to_string(first.records.size()) + " records of " +
                                               std::to_string(crm.customers().records.size()));
}

void per_page_goes_to_100(session& crm) {
  require_pages(crm);
  const auto page = crm.page<crm::customer>(customers_path, {{"per_page", "100"}});
  demand(page.meta && page.meta->per_page == 100, "`meta.per_page` is not 100");
  const auto expected = std::min<std::size_t>(100, crm.customers().records.size());
  demand(page.records.size() == expected, "the page holds " + std::to_string(page.records.size()) + " records");
}

void per_page_beyond_100_is_422(session& crm) {
  require_pages(crm);
  for (const auto* size : {"101", "1000000", "99999999999999999999"})
    crm.get(customers_path, terms{{"per_page", size}}).must_be(422);
}

void bad_page_is_422(session& crm) {
  require_pages(crm);
  for (const auto* wrong : {"0", "-1", "one", "1.5"}) {
    crm.get(customers_path, terms{{"page", wrong}, {"per_page", "10"}}).must_be(422);
    crm.get(customers_path, terms{{"page", "1"}, {"per_page", wrong}}).must_be(422);
  }
}

void page_after_the_last_is_empty(session& crm) {
  require_pages(crm);
  const auto found = crm.page<crm::customer>(customers_path, {{"page", "1000000"}, {"per_page", "100"}});
  demand(found.records.empty(), "page 1000000 holds " + std::to_string(found.records.size()) + " records");
}

void pages_hold_each_record_once(session& crm) {
  require_pages(crm);
  const auto& all = crm.customers();
  const auto size = std::clamp<std::size_t>(all.records.size() / 5 + 1, 2, 97);
  std::multiset<std::string> read;
  for (int number = 1; read.size() < all.records.size(); ++number) {
    const auto page =
        crm.page<crm::customer>(customers_path, {{"page", std::to_string(number)}, {"per_page", std::to_string(size)}});
    for (const auto& each : page.records) read.insert(each.id);
    if (page.records.empty()) break;
  }
  std::size_t missing = 0, repeated = 0;
  for (const auto& each : all.records) {
    const auto times = read.count(each.id);
    missing += times == 0 ? 1 : 0;
    repeated += times > 1 ? 1 : 0;
  }
  demand(missing == 0 && repeated == 0, "in pages of " + std::to_string(size) + ", of " +
                                            std::to_string(all.records.size()) + " records " + std::to_string(missing) +
                                            " are missing and " + std::to_string(repeated) + " are repeated");
}

void order_is_stable(session& crm) {
  require(crm.customers().records.size() > 1, "there are fewer than two customers");
  const terms asked{{"page", "1"}, {"per_page", "99"}};
  const auto before = crm.page<crm::customer>(customers_path, asked).records;
  const auto after = crm.page<crm::customer>(customers_path, asked).records;
  demand(std::equal(before.begin(), before.end(), after.begin(), after.end(),
                    [](const auto& a, const auto& b) { return a.id == b.id; }),
         "the second time the records come in another order");
}

void order_is_oldest_first(session& crm) {
  must_come_in_order(crm.customers().records,
                     [](const crm::customer& each) { return std::tie(each.created_at, each.id); });
}

}  // namespace crm_check::proofs
