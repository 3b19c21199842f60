#include "auth/gate.hpp"

#include <utility>
#include <vector>

#include "auth/scheme.hpp"
#include "problem.hpp"

namespace reference_crm {

namespace {

problem refused(std::string detail, std::string challenge) {
  return {401, "credentials-refused", std::move(detail), {}, {{"WWW-Authenticate", std::move(challenge)}}};
}

}  // namespace

bool gate::add_api_key(std::string_view key) {
  asks_for_bearer_ = true;
  return keys_.add(key);
}

bool gate::add_read_only_key(std::string_view key) {
  asks_for_bearer_ = true;
  return read_only_keys_.add(key);
}

bool gate::add_hmac_key(const std::string& id, std::string secret) {
  asks_for_signature_ = true;
  return signatures_.add(id, std::move(secret));
}

token_store& gate::serve_tokens(std::chrono::seconds lifetime) {
  asks_for_bearer_ = true;
  return tokens_.emplace(lifetime);
}

void gate::check(const request& asked) {
  const bool bearer = asks_for_bearer_;
  const bool signature = asks_for_signature_;
  if (!bearer && !signature) return;

  const auto header = asked.header("authorization").value_or("");
  const auto [scheme, sent] = split_credentials(header);
  if (bearer && scheme == "bearer") {
    if (keys_.know(sent)) return counts_.accepted("api_key");
    if (tokens_ && tokens_->know(sent)) return counts_.accepted("access_token");
    if (read_only_keys_.know(sent)) {
      if (asked.method == "GET") return counts_.accepted("read_only_key");
      counts_.refused("read_only_key");
      throw problem{403, "read-only-key", "This API key may read only."};
    }
    counts_.refused("invalid_token");
    throw refused("The API key or access token is not good, or no longer.",
                  "Bearer realm=\"crm\", error=\"invalid_token\"");
  }
  if (signature && scheme == "crm-hmac-sha256") {
    const auto error = signatures_.check(asked, sent);
    if (error.empty()) return counts_.accepted("hmac");
    counts_.refused(error);
    throw refused("The signature is not accepted.", "CRM-HMAC-SHA256 error=\"" + std::string(error) + "\"");
  }

  counts_.refused("missing_credentials");
  std::vector<std::pair<std::string, std::string>> challenges;
  if (bearer) challenges.emplace_back("WWW-Authenticate", "Bearer realm=\"crm\"");
  if (signature) challenges.emplace_back("WWW-Authenticate", "CRM-HMAC-SHA256 realm=\"crm\"");
  throw problem{401, "credentials-missing", "Send a credential that this server knows.", {}, std::move(challenges)};
}

}  // namespace reference_crm
