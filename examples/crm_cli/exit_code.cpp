#include "exit_code.hpp"

#include <iostream>
#include <string>

#include "text.hpp"

namespace crm_cli {

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
    // The names alone: the problem's sentences may speak of a customer, and standard error ends up in logs.
    std::string_view separator = "; refused: ";
    for (const auto& [name, _] : failure.details->fields) {
      if (name.empty()) continue;
      line.append(separator).append(name);
      separator = ", ";
    }
  }
  complain(line);
  return exit_code_of(failure.code);
}

}  // namespace crm_cli
