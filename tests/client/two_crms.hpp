/// @file
/// The in-memory CRM and the reference CRM with the same customers, and choices by lot that are the same in every run.
#pragma once

#include <chrono>
#include <cstddef>
#include <random>
#include <utility>
#include <vector>

#include <crm/crm.hpp>

#include "client/worlds.hpp"

namespace suite {

inline constexpr crm::testing::data_set<0, 0, 0> nothing{};

/// The same CRM twice, and what it holds.
struct two_crms {
  using mock_client = crm::basic_crm_client<crm::mock_transport<nothing>>;

  two_crms() {
    add_odd_customers(real);
    call.per_page = 100;
    customers = must(real.query(crm::customers, call));
    invoices = must(real.invoices(crm::invoices, call));
    crm::testing::in_memory_crm& crm = mock.transport_model().crm();
    for (const auto& c : customers) crm.put(c);
    for (const auto& i : invoices) crm.put(i);
    for (std::size_t n = 0; n < customers.size(); n += 4)
      for (auto& i : must(real.interactions(customers[n].id, crm::interactions, call))) {
        crm.put(i);
        interactions.push_back(std::move(i));
      }
  }

  over_http::client_type real{over_http{}.client()};
  mock_client mock{crm::mock_transport<nothing>{}};
  crm::call_options call;
  std::vector<crm::customer> customers;
  std::vector<crm::invoice> invoices;
  std::vector<crm::interaction> interactions;
};

/// The same choices in every run, and with every standard library.
class chooser {
 public:
  explicit chooser(unsigned seed = 20260208) : random_{seed} {}

  /// From 0 to `bound` - 1.
  [[nodiscard]] std::size_t below(std::size_t bound) { return random_() % bound; }
  [[nodiscard]] bool one_in(std::size_t chances) { return below(chances) == 0; }
  template <class List>
  [[nodiscard]] auto of(const List& list) {
    return list[below(list.size())];
  }
  [[nodiscard]] crm::date day() {
    const std::chrono::sys_days first = std::chrono::year{2022} / 1 / 1;
    return must(crm::date::of(first + std::chrono::days{below(5 * 365)}));
  }

 private:
  std::mt19937 random_;
};

}  // namespace suite
