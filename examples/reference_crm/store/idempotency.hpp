#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "http.hpp"
#include "store/sqlite.hpp"

namespace reference_crm {

/// The keys whose first request is still being worked on. In memory: after a crash none is.
class keys_in_flight {
 public:
  /// Holds a key until the end of its scope; false where another request holds it.
  class hold {
   public:
    hold(keys_in_flight& owner, std::string key);
    hold(const hold&) = delete;
    hold& operator=(const hold&) = delete;
    ~hold();

    explicit operator bool() const { return held_; }

   private:
    keys_in_flight& owner_;
    std::string key_;
    bool held_;
  };

 private:
  std::mutex mutex_;
  std::set<std::string> keys_;
};

/// The key of a request in its plain form, whether it came bare or as an RFC 8941 string; 400 where it is neither.
std::optional<std::string> idempotency_key(const request& from);

/// What two requests under one key must have in common: a hash of method, target and body.
std::string fingerprint_of(const request& from);

/// The answer stored under a key; throws 422 where that was to another request.
std::optional<answer> stored_answer(connection& db, const std::string& key, const std::string& fingerprint);

void store_answer(connection& db, const std::string& key, const std::string& fingerprint, const answer& given);

}  // namespace reference_crm
