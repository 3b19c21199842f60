/// @file
/// What the command line said, as values that are already checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/task.hpp"

namespace sop {

/// Scripts rely on these numbers; they are in the help text.
enum class exit_code {
  done = 0,
  unusable = 1,      ///< the engine could not work
  usage = 2,         ///< the command line cannot be carried out
  attention = 3,     ///< all is done that could be, and somebody must look at what failed
  interrupted = 130  ///< as shells report the end by SIGINT
};

struct run_settings {
  std::string sop, database_file;

  /// Empty with the mock.
  std::string url, api_key_env;
  bool moved = false;
  int mock_customers = 0;

  int season = 0;
  std::string period;
  int reminder = 1;
  std::optional<std::string> inbox, quotes;

  std::string mail_drop = "mail-drop", from = "Lawn Care <office@lawn-care.invalid>";
  std::optional<std::string> webhook_env;

  std::size_t workers = 4;
  int retry_first_ms = 2'000, breaker_ms = 30'000;
  milliseconds background_every{60'000};
  bool retry_failed = false;

  std::optional<std::uint64_t> fault_point;
  bool count_fault_points = false;
};

struct status_settings {
  std::string database_file;
};

}  // namespace sop
