#include "auth/token_endpoint.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "auth/scheme.hpp"
#include "problem.hpp"
#include "query.hpp"

namespace reference_crm {

namespace {

constexpr std::string_view only_scope = "crm";

/// An error answer of RFC 6749, section 5.2.
struct oauth_error {
  std::string code;
  std::string description;
};

answer to_token_answer(int status, const nlohmann::ordered_json& body) {
  // RFC 6749, section 5.1, asks for both headers.
  return {.status = status, .headers = {{"Cache-Control", "no-store"}, {"Pragma", "no-cache"}}, .body = body.dump()};
}

answer to_answer(const oauth_error& from) {
  const bool unknown_client = from.code == "invalid_client";
  auto made =
      to_token_answer(unknown_client ? 401 : 400, {{"error", from.code}, {"error_description", from.description}});
  if (unknown_client) made.headers.emplace_back("WWW-Authenticate", "Basic realm=\"crm\"");
  return made;
}

std::string media_type(const request& asked) {
  auto type = asked.header("content-type").value_or("");
  type.resize(std::min(type.find(';'), type.size()));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type;
}

/// The parameters; those without a value count as left out, and none may come twice (RFC 6749, section 3.2).
query_pairs read_form(const request& asked) {
  if (media_type(asked) != "application/x-www-form-urlencoded") {
    throw oauth_error{"invalid_request", "The body must be application/x-www-form-urlencoded."};
  }
  if (!asked.query.empty()) throw oauth_error{"invalid_request", "Send the parameters in the body."};

  query_pairs form;
  try {
    form = parse_query(asked.body);
  } catch (const problem&) {
    throw oauth_error{"invalid_request", "The body is not form-encoded UTF-8."};
  }
  std::set<std::string> names;
  for (const auto& [name, value] : form) {
    if (!names.insert(name).second) throw oauth_error{"invalid_request", "A parameter is there twice."};
  }
  std::erase_if(form, [](const auto& pair) { return pair.second.empty(); });
  return form;
}

std::optional<std::string> parameter(const query_pairs& form, std::string_view name) {
  const auto found = std::find_if(form.begin(), form.end(), [&](const auto& pair) { return pair.first == name; });
  if (found == form.end()) return std::nullopt;
  return found->second;
}

struct client_credentials {
  std::string id;
  std::string secret;
};

/// Both parts are form-encoded before they are joined (RFC 6749, section 2.3.1).
std::optional<client_credentials> read_basic(std::string_view sent) {
  const auto pair = base64_decode(sent);
  if (!pair) return std::nullopt;
  const auto colon = pair->find(':');
  if (colon == std::string::npos) return std::nullopt;
  auto id = percent_decode(std::string_view(*pair).substr(0, colon), true);
  auto secret = percent_decode(std::string_view(*pair).substr(colon + 1), true);
  if (!id || !secret) return std::nullopt;
  return client_credentials{*std::move(id), *std::move(secret)};
}

/// There is one scope, and every token has it.
void check_scope(const query_pairs& form) {
  const auto scope = parameter(form, "scope");
  if (scope && *scope != only_scope) throw oauth_error{"invalid_scope", "The one scope is crm."};
}

}  // namespace

answer token_endpoint::handle(const request& asked) {
  if (asked.method != "POST") {
    throw problem{405, "method-not-allowed", "This method is not for this path.", {}, {{"Allow", "POST"}}};
  }
  counts_.token_request();
  const auto fault = faults_.take();
  faults_.hang(fault.hang);
  if (fault.status) {
    counts_.refused("injected");
    throw problem{*fault.status, "injected", "The server was told to answer so."};
  }

  try {
    return grant(asked);
  } catch (const oauth_error& error) {
    counts_.refused(error.code);
    return to_answer(error);
  }
}

void token_endpoint::authenticate(const request& asked, const query_pairs& form) const {
  const auto header = asked.header("authorization");
  const auto id = parameter(form, "client_id");
  const auto secret = parameter(form, "client_secret");
  if (header && (id || secret)) {
    throw oauth_error{"invalid_request", "Authenticate by the header or by the body, not by both."};
  }

  std::optional<client_credentials> sent;
  if (header) {
    const auto [scheme, credentials] = split_credentials(*header);
    if (scheme == "basic") sent = read_basic(credentials);
  } else if (id && secret) {
    sent = client_credentials{*id, *secret};
  }
  if (!sent) throw oauth_error{"invalid_client", "The client is not known."};
  // Both are compared always, so that the time does not tell which was wrong.
  const bool right_id = same_secret(sent->id, client_id_);
  const bool right_secret = same_secret(sent->secret, client_secret_);
  if (!right_id || !right_secret) throw oauth_error{"invalid_client", "The client is not known."};
}

answer token_endpoint::grant(const request& asked) {
  const auto form = read_form(asked);
  authenticate(asked, form);

  const auto type = parameter(form, "grant_type");
  if (!type) throw oauth_error{"invalid_request", "grant_type is missing."};
  std::optional<token_store::tokens> issued;
  if (*type == "client_credentials") {
    check_scope(form);
    issued = store_.issue();
  } else if (*type == "refresh_token") {
    const auto token = parameter(form, "refresh_token");
    if (!token) throw oauth_error{"invalid_request", "refresh_token is missing."};
    check_scope(form);
    auto refreshed = store_.refresh(*token);
    if (!refreshed.issued && refreshed.why_not == token_store::refusal::reused) counts_.refused("reused_refresh_token");
    if (!refreshed.issued) throw oauth_error{"invalid_grant", "The refresh token is not good, or no longer."};
    issued = std::move(refreshed.issued);
  } else {
    throw oauth_error{"unsupported_grant_type", "The grants are client_credentials and refresh_token."};
  }

  counts_.token_issued();
  nlohmann::ordered_json body = {{"access_token", issued->access}, {"token_type", "Bearer"}};
  const auto told = faults_.expires_in();
  if (!told) {
    body["expires_in"] = store_.lifetime().count();
  } else if (!told->is_null()) {
    body["expires_in"] = *told;
  }
  if (issued->refresh) body["refresh_token"] = *issued->refresh;
  return to_token_answer(200, body);
}

}  // namespace reference_crm
