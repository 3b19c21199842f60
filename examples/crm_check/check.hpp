/// @file
/// All rules proved on one CRM.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <crm/result.hpp>

#include "options.hpp"
#include "rule.hpp"

namespace crm_check {

enum class verdict { passed, failed, skipped };

[[nodiscard]] std::string_view to_string(verdict v) noexcept;

struct finding {
  const rule* about = nullptr;
  crm_check::verdict verdict = verdict::passed;
  /// What was seen where it failed, and why where it was skipped.
  std::string seen{};
  std::chrono::milliseconds took{};
};

struct report {
  std::vector<finding> findings;
  std::size_t requests = 0;
  std::chrono::milliseconds took{};
  /// Customers that the check made, and that the contract has no way to delete.
  std::size_t remaining = 0;
  /// Of these, the ones that could not be emptied in the end.
  std::size_t not_emptied = 0;
  /// Why not every rule was tried; empty where all were.
  std::string ended;

  [[nodiscard]] std::size_t count(verdict v) const;
};

/// Proves every rule, the reading ones first. An error where the check cannot be run: nobody answers, or the credential
/// is refused.
[[nodiscard]] crm::result<report> check(options how);

/// JUnit's XML, as CI systems read it: a rule is a test case, its section the class.
[[nodiscard]] std::string to_junit(const report& of);
/// The same where the check could not be run: one test case, which is an error.
[[nodiscard]] std::string to_junit(const crm::error& why);
/// A rule a line, as an object.
[[nodiscard]] std::string to_json_lines(const report& of);
/// The table of all rules, as docs/conformance.md has it.
[[nodiscard]] std::string rules_in_markdown();

}  // namespace crm_check
