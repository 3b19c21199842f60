#include "admin.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>

#include "problem.hpp"

namespace reference_crm {

namespace {

using nlohmann::json;

problem bad_request(std::string detail) { return {400, "bad-admin-request", std::move(detail)}; }

/// A page of another site can have its name mean 127.0.0.1, but then the browser sends that name as Host.
bool is_loopback(std::string_view host) {
  for (const std::string_view name : {"127.0.0.1", "localhost", "[::1]"}) {
    if (!host.starts_with(name)) continue;
    const auto port = host.substr(name.size());
    return port.empty() || (port.size() > 1 && port.front() == ':' &&
                            port.find_first_not_of("0123456789", 1) == std::string_view::npos);
  }
  return false;
}

json read_object(const request& asked, const std::set<std::string>& known) {
  // A form of another site cannot have this type.
  const auto type = asked.header("content-type").value_or("");
  if (type != "application/json" && !type.starts_with("application/json;")) {
    throw problem{415, "unsupported-media-type", "The body must be application/json."};
  }
  auto body = json::parse(asked.body, nullptr, false);
  if (!body.is_object() || body.empty()) throw bad_request("The body must be an object with a member.");
  for (const auto& member : body.items()) {
    if (!known.contains(member.key())) throw bad_request("The body has a member that is not known here.");
  }
  return body;
}

std::string text_of(const json& body, const char* name) {
  const auto& value = body.at(name);
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    throw bad_request(std::string(name) + " must be a text that is not empty.");
  }
  return value.get<std::string>();
}

int number_of(const json& body, const char* name, int least, int most, int otherwise) {
  const auto found = body.find(name);
  if (found == body.end()) return otherwise;
  if (!found->is_number_integer() || *found < least || *found > most) {
    throw bad_request(std::string(name) + " must be a number from " + std::to_string(least) + " to " +
                      std::to_string(most) + ".");
  }
  return found->get<int>();
}

/// For members whose presence is the order.
void must_be_true(const json& body, const char* name) {
  if (body.at(name) != true) throw bad_request(std::string(name) + " must be true.");
}

answer to_json_answer(const json& body) { return {.status = 200, .body = body.dump()}; }

}  // namespace

struct admin::route {
  std::string_view method;
  std::string_view target;
  answer (admin::*handle)(const request&);
};

outcome admin::handle(const request& asked) {
  static constexpr std::array<route, 4> routes = {{
      {"POST", "/admin/api-keys", &admin::add_api_key},
      {"POST", "/admin/revoke", &admin::revoke},
      {"POST", "/admin/token-endpoint", &admin::set_token_endpoint},
      {"GET", "/admin/statistics", &admin::read_statistics},
  }};
  std::string_view name = "unmatched";
  try {
    if (!is_loopback(asked.header("host").value_or(""))) {
      throw problem{403, "not-loopback", "The Host of an admin request must be a loopback address."};
    }
    const auto found =
        std::find_if(routes.begin(), routes.end(), [&](const route& r) { return r.target == asked.target; });
    if (found == routes.end()) throw problem{404, "no-such-route", "There is nothing at this path."};
    name = found->target;
    if (found->method != asked.method) {
      throw problem{
          405, "method-not-allowed", "This method is not for this path.", {}, {{"Allow", std::string(found->method)}}};
    }
    return {(this->*found->handle)(asked), name};
  } catch (const problem& from) {
    return {to_answer(from), name};
  }
}

answer admin::add_api_key(const request& asked) {
  const auto key = text_of(read_object(asked, {"key"}), "key");
  if (!can_be_sent(key)) throw bad_request("key must be visible ASCII characters without %.");
  return to_json_answer({{"added", gate_.add_api_key(key)}});
}

answer admin::revoke(const request& asked) {
  const auto body = read_object(asked, {"api_key", "access_tokens", "refresh_tokens", "hmac_key"});
  if (body.size() != 1) throw bad_request("Revoke one thing at a time.");

  std::size_t revoked = 0;
  if (body.contains("api_key")) {
    revoked = gate_.keys().revoke(text_of(body, "api_key")) ? 1 : 0;
  } else if (body.contains("hmac_key")) {
    revoked = gate_.signatures().revoke(text_of(body, "hmac_key")) ? 1 : 0;
  } else {
    const bool access = body.contains("access_tokens");
    must_be_true(body, access ? "access_tokens" : "refresh_tokens");
    auto* tokens = gate_.tokens();
    if (tokens == nullptr) throw bad_request("This server issues no tokens.");
    revoked = access ? tokens->revoke_access_tokens() : tokens->revoke_refresh_tokens();
  }
  return to_json_answer({{"revoked", revoked}});
}

answer admin::set_token_endpoint(const request& asked) {
  const auto body = read_object(asked, {"status", "hang_ms", "count", "expires_in", "reset"});
  if (tokens_ == nullptr) throw bad_request("This server issues no tokens.");
  const bool fault = body.contains("status") || body.contains("hang_ms");
  if (body.contains("count") && !fault) throw bad_request("count goes with status or hang_ms.");
  if (body.contains("reset") && body.size() != 1) throw bad_request("reset goes alone.");

  const int status = number_of(body, "status", 200, 599, 0);
  const int hang = number_of(body, "hang_ms", 0, 600'000, 0);
  if (status == 204 || status == 205 || status == 304) throw bad_request("status must be one that has a body.");
  const int count = number_of(body, "count", 1, 1'000'000, 1);
  if (body.contains("reset")) {
    must_be_true(body, "reset");
    tokens_->faults().reset();
  }
  if (fault) {
    tokens_->faults().arm(
        {.status = status == 0 ? std::nullopt : std::optional(status), .hang = std::chrono::milliseconds(hang)}, count);
  }
  if (body.contains("expires_in")) tokens_->faults().say_expires_in(body.at("expires_in"));
  return to_json_answer({{"set", true}});
}

answer admin::read_statistics(const request&) {
  const auto now = gate_.counts().read();
  return to_json_answer({{"token_requests", now.token_requests},
                         {"tokens_issued", now.tokens_issued},
                         {"accepted", now.accepted},
                         {"refused", now.refused}});
}

}  // namespace reference_crm
