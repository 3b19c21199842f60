#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace reference_crm {

/// What the guards have seen, by name. Safe from many threads.
class statistics {
 public:
  using counts = std::map<std::string, std::int64_t, std::less<>>;

  struct snapshot {
    std::int64_t token_requests = 0;
    std::int64_t tokens_issued = 0;
    counts accepted = {};  ///< By form of credential.
    counts refused = {};   ///< By reason.
  };

  void token_request() {
    under_lock([](snapshot& now) { ++now.token_requests; });
  }
  void token_issued() {
    under_lock([](snapshot& now) { ++now.tokens_issued; });
  }

  void accepted(std::string_view form) {
    under_lock([&](snapshot& now) { ++now.accepted[std::string(form)]; });
  }

  void refused(std::string_view reason) {
    under_lock([&](snapshot& now) { ++now.refused[std::string(reason)]; });
  }

  snapshot read() const {
    const std::scoped_lock lock(mutex_);
    return now_;
  }

 private:
  template <class Change>
  void under_lock(Change change) {
    const std::scoped_lock lock(mutex_);
    change(now_);
  }

  mutable std::mutex mutex_;
  snapshot now_;
};

}  // namespace reference_crm
