/// @file
/// Each command, over any client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include <crm/client.hpp>

#include "answer.hpp"
#include "settings.hpp"
#include "terminal.hpp"

namespace crm_cli {

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

  crm::result<answer> operator()(const query_command& c) const { return answered(client.query(c.wanted, call)); }
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
  crm::result<answer> operator()(const invoices_command& c) const { return answered(client.invoices(c.wanted, call)); }
  crm::result<answer> operator()(const interactions_command& c) const {
    return answered(client.interactions(c.customer_id, c.wanted, call));
  }
};

template <class Client>
[[nodiscard]] crm::result<answer> execute_on(const Client& client, const settings& s) {
  progress_line progress{!s.verbose};  // which would break into its line
  crm::call_options call = s.call;
  call.on_page = [&](std::size_t so_far, std::optional<std::int64_t> total) {
    if (total && std::cmp_less(so_far, *total)) progress.show(so_far, *total);
  };
  return std::visit(executor<Client>{client, call}, s.command);
}

}  // namespace crm_cli
