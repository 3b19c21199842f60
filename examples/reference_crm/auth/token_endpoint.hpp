#pragma once

#include <string>

#include "auth/statistics.hpp"
#include "auth/token_faults.hpp"
#include "auth/token_store.hpp"
#include "http.hpp"

namespace reference_crm {

/// `POST /oauth/token` for one client (RFC 6749, sections 4.4, 5 and 6). Safe from many threads.
class token_endpoint {
 public:
  static constexpr std::string_view route = "/oauth/token";

  token_endpoint(std::string client_id, std::string client_secret, token_store& store, statistics& counts)
      : client_id_(std::move(client_id)), client_secret_(std::move(client_secret)), store_(store), counts_(counts) {}

  /// Throws a problem only where the request is not a token request at all.
  answer handle(const request& asked);

  token_faults& faults() { return faults_; }

 private:
  answer grant(const request& asked);
  void authenticate(const request& asked, const query_pairs& form) const;

  const std::string client_id_;
  const std::string client_secret_;
  token_store& store_;
  statistics& counts_;
  token_faults faults_;
};

}  // namespace reference_crm
