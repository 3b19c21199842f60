/// @file
/// What a double has found wrong, and that nobody may fail to hear of it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <crm/config.hpp>

namespace crm::inline v0::testing::detail {

/// Hears what was wrong. It is called by the thread that met it, and must not call the double. What is left over at the
/// end it hears from a destructor: it must not throw then, as `FAIL` does, where `FAIL_CHECK` does not.
using finding_handler = std::function<void(const std::string&)>;

/// Not thread-safe: it stands behind its owner's lock.
class complaints {
 public:
  void handle_by(finding_handler handler) { handler_ = std::move(handler); }

  /// Something is about to be found right or wrong: what was asked before does not count.
  void touch() noexcept { seen_ = false; }

  /// Tells it at once: the handler where there is one, else standard error.
  void add(std::string text) {
    seen_ = false;
    found_.push_back(std::move(text));
    if (handler_) {
      handler_(found_.back());
    } else {
      std::fputs((found_.back() + "\n").c_str(), stderr);
    }
  }
  void clear() noexcept { found_.clear(); }

  /// Everything so far. From now on it counts as heard.
  [[nodiscard]] std::vector<std::string> hear() {
    seen_ = true;
    return found_;
  }

  /// At the end of the double's life, with what is left over then. What nobody has asked for, though there is
  /// something, ends the program: a test of a conversation that was not kept must not pass.
  void close(const std::vector<std::string>& left_over) const noexcept {
    if (seen_ || (found_.empty() && left_over.empty()) || std::uncaught_exceptions() > 0) return;
    bool heard = handler_ != nullptr;
    for (const auto& each : left_over) heard = told(each) && heard;
    if (heard) return;
    std::fputs("a test double was left with findings that nobody asked for: see findings()\n", stderr);
    std::abort();
  }

 private:
  /// To the handler, else to standard error. Nothing may leave a destructor: of a handler that throws, as a test
  /// framework's fatal failure does, the text is told on standard error.
  [[nodiscard]] bool told(const std::string& text) const noexcept {
#if CRM_CLIENT_HAS_EXCEPTIONS
    try {
      if (handler_) return handler_(text), true;
    } catch (...) {  // NOLINT(bugprone-empty-catch): told below
    }
#else
    if (handler_) return handler_(text), true;
#endif
    std::fputs((text + "\n").c_str(), stderr);
    return false;
  }

  std::vector<std::string> found_;
  finding_handler handler_;
  bool seen_ = false;
};

}  // namespace crm::inline v0::testing::detail
