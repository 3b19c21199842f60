/// @file
/// How the program ends, and what it says then.
#pragma once

#include <string_view>

#include <crm/error.hpp>

namespace crm_cli {

/// Scripts rely on these numbers; they are in the help text.
enum class exit_code {
  done = 0,
  refused = 1,       ///< the CRM refused, or something failed that has no code of its own
  usage = 2,         ///< the command line cannot be carried out
  not_found = 3,     ///< no such customer
  credentials = 4,   ///< the credential is missing, wrong, or may not do this
  unreachable = 5,   ///< no answer, or none in time
  bad_response = 6,  ///< the answer breaks the contract
  interrupted = 130  ///< as shells report the end by SIGINT
};

[[nodiscard]] exit_code exit_code_of(crm::errc code) noexcept;

/// `crm: …` as one line on standard error.
void complain(std::string_view message);

/// Says what failed, and which fields the CRM refused where it says so; answers how to end.
[[nodiscard]] exit_code report(const crm::error& failure);

}  // namespace crm_cli
