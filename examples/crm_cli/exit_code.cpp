#include "exit_code.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <string_view>

#include <crm/model/customer.hpp>

#include "text.hpp"

namespace crm_cli {

namespace {

/// Whether a name is made of the contract's words and positions in lists: another may be a customer's text.
bool is_the_contracts(std::string_view name) {
  constexpr std::array<std::string_view, 10> words{
      "customer", "not_signed_for_season", "last_service_before", "q",     "page",
      "per_page", "customer_id",           "due_before",          "since", "direction"};
  const auto known = [&](std::string_view word) {
    return crm::field_index<crm::customer>(word) < crm::field_count<crm::customer> ||
           std::find(words.begin(), words.end(), word) != words.end() ||
           (word.size() <= 3 && word.find_first_not_of("0123456789") == std::string_view::npos);
  };
  while (true) {
    const auto slash = name.find('/');
    if (!known(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace

exit_code exit_code_of(crm::errc code) noexcept {
  switch (code) {
    case crm::errc::invalid_argument: return exit_code::usage;
    case crm::errc::not_found: return exit_code::not_found;
    case crm::errc::unauthorized:
    case crm::errc::forbidden: return exit_code::credentials;
    case crm::errc::unreachable:
    case crm::errc::deadline_exceeded:
    case crm::errc::cancelled:
    case crm::errc::tls_failed: return exit_code::unreachable;
    case crm::errc::bad_response:
    case crm::errc::response_too_large:
    case crm::errc::incomplete: return exit_code::bad_response;
    case crm::errc::conflict:
    case crm::errc::rejected:
    case crm::errc::rate_limited: break;
  }
  return exit_code::refused;
}

void complain(std::string_view message) { std::cerr << "crm: " << visible(message) << std::endl; }

exit_code report(const crm::error& failure) {
  std::string line = to_string(failure);
  if (failure.details) {
    // The contract's names alone: all else of the problem may speak of a customer, and standard error ends up in logs.
    std::string_view separator = "; refused: ";
    for (const auto& [name, _] : failure.details->fields) {
      if (name.empty() || !is_the_contracts(name)) continue;
      line.append(separator).append(name);
      separator = ", ";
    }
  }
  complain(line);
  return exit_code_of(failure.code);
}

}  // namespace crm_cli
