#pragma once

#include <string>

#include "http.hpp"

namespace reference_crm {

/// Decides who may come in.
class authenticator {
 public:
  authenticator() = default;
  authenticator(const authenticator&) = delete;
  authenticator& operator=(const authenticator&) = delete;
  virtual ~authenticator() = default;

  /// Throws the 401 or 403 problem for a request that may not.
  virtual void check(const request& asked) const = 0;
};

/// Lets everybody in.
class no_auth final : public authenticator {
 public:
  void check(const request&) const override {}
};

/// `Authorization: Bearer <key>` with the one key (RFC 6750).
class api_key_auth final : public authenticator {
 public:
  explicit api_key_auth(std::string key) : key_(std::move(key)) {}
  void check(const request& asked) const override;

 private:
  std::string key_;
};

}  // namespace reference_crm
