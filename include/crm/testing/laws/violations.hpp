/// @file
/// What a check of laws answers with. It knows no test framework: `CHECK(check_cache<mine>() == none)`,
/// `EXPECT_EQ(check_cache<mine>(), none)` and `assert(check_cache<mine>().empty())` are all one line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm::inline v0::testing::laws {

/// The laws that were broken, each as a sentence that says what should have held.
using violations = std::vector<std::string>;
inline const violations none{};

/// Collects violations. For laws of one's own, too.
class ledger {
 public:
  /// `family` begins each sentence.
  explicit ledger(std::string_view family) : family_{family} {}

  /// Notes that `law` is broken unless it `holds`; once, however often.
  bool demand(bool holds, std::string_view law) {
    if (holds) return true;
    std::string sentence = family_ + ": " + std::string{law};
    for (const auto& each : broken_)
      if (each == sentence) return false;
    broken_.push_back(std::move(sentence));
    return false;
  }

  [[nodiscard]] violations take() { return std::exchange(broken_, {}); }

 private:
  std::string family_;
  violations broken_;
};

}  // namespace crm::inline v0::testing::laws
