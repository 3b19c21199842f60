/// @file
/// Looks for what must never come out: marked texts in the place of credentials and of customers' data.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <crm/error.hpp>

namespace leaks {

// Every text that stands for a credential holds the first, over and over, and every one of a customer the second: so
// that a piece of it is found too, in either case, percent-encoded or escaped.
inline constexpr std::string_view credential_mark = "zqx";
inline constexpr std::string_view customer_mark = "wvj";

/// A customer's data that is no text.
inline constexpr std::string_view phone = "6515550134", zip = "55427", birthday = "1987-06-05", amount = "98765432101";

/// What is looked through, and what was found in it.
class scan {
 public:
  /// What is going on, for whoever reads a finding.
  void at(std::string scene) { scene_ = std::move(scene); }
  /// Something that should not have happened.
  void report(std::string_view where, std::string_view text);
  /// A further text of a credential, e.g. its base64.
  void forbid(std::string_view credential);

  /// A text of the library's own: neither mark may be in it.
  void look(std::string_view where, std::string_view text);
  /// A server's text: it may speak of a customer, but not hold a credential.
  void look_at_servers(std::string_view where, std::string_view text);
  /// Everything an error can tell, by every way.
  void look(const crm::error& e);

  /// From now on what a recording keeps of each exchange is looked through, too.
  void record() { records_ = true; }
  [[nodiscard]] bool records() const noexcept { return records_; }

  /// Notes that something was met, for the test that the scan meets everything.
  void met(std::string_view what) { met_.emplace(what); }
  [[nodiscard]] const std::set<std::string>& met() const noexcept { return met_; }
  /// How many texts.
  [[nodiscard]] std::size_t looked() const noexcept { return looked_at_.size(); }
  [[nodiscard]] const std::vector<std::string>& findings() const noexcept { return findings_; }

 private:
  [[nodiscard]] bool holds_credential(const std::string& lower) const;

  bool records_ = false;
  std::string scene_;
  std::set<std::string> credentials_;  // in lower case
  std::set<std::string> met_;
  std::vector<std::string> findings_;
  std::unordered_set<std::string> looked_at_, servers_;  // no text is looked through twice
};

/// What is found while `walk` goes on, in what it looks at and in what the process writes to its standard output and
/// error: at most ten, each with its scene. That nothing was looked at is a finding.
[[nodiscard]] std::vector<std::string> found_by(const std::function<void(scan&)>& walk);

}  // namespace leaks
