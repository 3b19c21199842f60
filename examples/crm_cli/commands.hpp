/// @file
/// Each command, over any client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <crm/client.hpp>

#include "answer.hpp"
#include "settings.hpp"
#include "terminal.hpp"

namespace crm_cli {

[[nodiscard]] inline crm::error of_query(crm::error e) {
  e.op = crm::operation::query;
  return e;
}

[[nodiscard]] inline crm::error incomplete(std::string why) {
  crm::error e;
  e.code = crm::errc::incomplete;
  e.message = std::move(why);
  return of_query(std::move(e));
}

/// As `client.query<T>`, with its progress shown: every record once, and a list that shrank is read again, for then a
/// record may have slipped to a page already read.
template <class T, class Client, class Filter>
[[nodiscard]] crm::result<std::vector<T>> read_all(const Client& client, const Filter& wanted,
                                                   const crm::call_options& call) {
  progress_line progress;
  for (int round = 0; round < 3; ++round) {
    std::vector<T> records;
    std::unordered_set<std::string> seen;
    std::optional<std::int64_t> first_total, total;
    bool shrank = false;
    std::size_t pages_left = crm::client_options{}.max_pages;
    for (auto& page : client.template pages<T>(wanted, call)) {
      if (!page) return of_query(std::move(page).error());
      if (pages_left-- == 0) return incomplete("the list has too many pages");
      if (const auto meta = page->meta()) {
        shrank = shrank || (total && meta->total < *total);
        total = meta->total;
        if (!first_total) first_total = total;
      }
      for (T& r : std::move(*page).take())
        if (seen.insert(r.id).second) records.push_back(std::move(r));
      if (total && std::cmp_less(records.size(), *total)) progress.show(records.size(), *total);
    }
    if (!shrank && std::cmp_greater_equal(records.size(), first_total.value_or(0))) return records;
  }
  return incomplete("the list changed each time it was read");
}

/// Any result as that of a command.
template <class T>
[[nodiscard]] crm::result<answer> answered(crm::result<T> from) {
  if (!from) return std::move(from).error();
  return answer{*std::move(from)};
}

template <class Client>
struct executor {
  const Client& client;
  const crm::call_options& call;

  crm::result<answer> operator()(const query_command& c) const {
    return answered(read_all<crm::customer>(client, c.wanted, call));
  }
  crm::result<answer> operator()(const find_command& c) const {
    auto found = client.find(c.id, call);
    if (!found) return std::move(found).error();
    if (*found) return answer{**std::move(found)};
    crm::error none;
    none.code = crm::errc::not_found;
    none.op = crm::operation::find;
    none.message = "the CRM has no customer " + c.id;
    return none;
  }
  crm::result<answer> operator()(const search_command& c) const { return answered(client.search(c.text, call)); }
  crm::result<answer> operator()(const create_command& c) const { return answered(client.create(c.fresh, call)); }
  crm::result<answer> operator()(const update_command& c) const {
    if (c.version.empty()) return answered(client.update(c.id, c.changes, call));
    crm::customer read;
    read.id = c.id;
    read.version = c.version;
    return answered(client.update(read, c.changes, call));
  }
  crm::result<answer> operator()(const invoices_command& c) const {
    return answered(read_all<crm::invoice>(client, c.wanted, call));
  }
  crm::result<answer> operator()(const interactions_command& c) const {
    return answered(client.interactions(c.customer_id, c.wanted, call));
  }
};

template <class Client>
[[nodiscard]] crm::result<answer> execute_on(const Client& client, const command& what, const crm::call_options& call) {
  return std::visit(executor<Client>{client, call}, what);
}

}  // namespace crm_cli
