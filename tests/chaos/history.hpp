/// @file
/// What many callers were told of their calls, and whether it can be true of what the CRM holds in the end.
#pragma once

#include <string>
#include <vector>

#include <crm/error.hpp>

namespace chaos {

/// What a write's caller was told.
enum class told : unsigned char {
  done,      ///< it succeeded
  perhaps,   ///< it failed, outcome unknown
  not_done,  ///< it failed, and provably did nothing
};

/// A create. No two have the same name.
struct creation {
  std::string name;
  told outcome = told::not_done;
  /// Where it is done.
  std::string id{};
};

/// An update that set a customer's notes to something that nothing else sets.
struct change {
  std::string id;
  std::string notes;
  told outcome = told::not_done;
  crm::time_point begin{}, end{};
  /// The version it was made conditional on; empty for none.
  std::string based_on{};
  /// The version it made, where it is done.
  std::string version{};
};

/// A read of a customer.
struct sight {
  std::string id;
  std::string notes;
  crm::time_point begin{}, end{};
};

/// A customer as the CRM holds it in the end.
struct row {
  std::string id;
  std::string name;
  std::string notes;
  /// 1 when it was created, and one more with each update.
  long version = 1;
};

/// What cannot be, as sentences: a create that is there twice, is missing, or is there though it was not done.
[[nodiscard]] std::vector<std::string> impossible(const std::vector<creation>& told_of, const std::vector<row>& held);

/// A customer whose notes nobody set, were not set, or were overwritten before; who was changed more often than updates
/// were sent; two updates of the same version. All customers began with `first_notes`.
[[nodiscard]] std::vector<std::string> impossible(const std::vector<change>& told_of, std::vector<sight> seen,
                                                  const std::vector<row>& held, const std::string& first_notes);

}  // namespace chaos
