/// @file
/// Answers that say no, on their way to becoming problem details. (RFC 9457.)
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

#include <crm/error.hpp>
#include <crm/http/message.hpp>
#include <crm/json/encode.hpp>

namespace crm::inline v0::testing::detail {

/// Why a request is not carried out.
struct refusal {
  int status;
  problem details;
  http::header_list headers{};
};

/// A value, or the refusal that the client gets instead.
template <class T>
using checked = tl::expected<T, refusal>;

/// The reason phrase of the statuses that the contract names. (RFC 9110, section 15.)
[[nodiscard]] constexpr std::string_view title_of(int status) noexcept {
  switch (status) {
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 412: return "Precondition Failed";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    default: return "Error";
  }
}

/// A refusal that means no more than its status.
[[nodiscard]] inline refusal refuse(int status, std::string detail) {
  return {status, {"about:blank", std::string{title_of(status)}, std::move(detail), {}}};
}

/// 422 for one value: `where` is a JSON pointer into the body, or the name of a parameter.
[[nodiscard]] inline refusal refuse_value(std::string_view type, std::string_view where, std::string_view why) {
  refusal no = refuse(422, std::string{where}.append(" ").append(why));
  no.details.type = type;
  no.details.fields.emplace_back(where, why);
  return no;
}
[[nodiscard]] inline refusal invalid_parameter(std::string_view name, std::string_view why) {
  return refuse_value("/problems/invalid-parameter", name, why);
}
[[nodiscard]] inline refusal invalid_body(std::string_view pointer, std::string_view why) {
  return refuse_value("/problems/invalid-customer", pointer, why);
}

[[nodiscard]] inline refusal no_such_customer() { return refuse(404, "there is no customer with this id"); }

/// The answer as it is sent.
[[nodiscard]] inline http::response to_response(const refusal& no) {
  std::string body = "{";
  const auto member = [&](std::string_view name, const auto& value) {
    if (body.back() != '{') body.push_back(',');
    json::append_string(body, name);
    body.push_back(':');
    json::append_value(body, value);
  };
  member("type", no.details.type);
  member("title", no.details.title);
  member("status", no.status);
  member("detail", no.details.detail);
  if (!no.details.fields.empty()) {
    body.append(",\"errors\":[");
    for (const auto& [where, why] : no.details.fields) {
      if (body.back() != '[') body.push_back(',');
      body.push_back('{');
      member(where.starts_with('/') ? "pointer" : "parameter", where);
      member("detail", why);
      body.push_back('}');
    }
    body.push_back(']');
  }
  body.push_back('}');
  http::response answer{no.status, no.headers, std::move(body)};
  answer.headers.push_back({"Content-Type", "application/problem+json"});
  return answer;
}

}  // namespace crm::inline v0::testing::detail
