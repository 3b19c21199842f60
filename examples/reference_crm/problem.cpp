#include "problem.hpp"

#include <nlohmann/json.hpp>

namespace reference_crm {

std::string title_of(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Error";
  }
}

std::string default_code(int status) {
  switch (status) {
    case 400: return "bad-request";
    case 404: return "not-found";
    case 413: return "content-too-large";
    case 414: return "uri-too-long";
    default: return "http-" + std::to_string(status);
  }
}

answer to_answer(const problem& from) {
  nlohmann::ordered_json body = {
      {"type", "/problems/" + from.code},
      {"title", title_of(from.status)},
      {"status", from.status},
      {"detail", from.detail},
  };
  if (!from.errors.empty()) {
    auto& errors = body["errors"] = nlohmann::ordered_json::array();
    for (const auto& error : from.errors) {
      const char* place = error.where == field_error::place::pointer ? "pointer" : "parameter";
      errors.push_back({{place, error.name}, {"detail", error.detail}});
    }
  }

  answer made;
  made.status = from.status;
  made.headers = from.headers;
  made.content_type = "application/problem+json";
  // What is echoed here came from the client and may be any bytes.
  made.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return made;
}

problem invalid_parameter(std::string name, std::string detail) {
  problem made{422, "invalid-parameter", "The parameter " + name + " " + detail + "."};
  made.errors.push_back({field_error::place::parameter, std::move(name), std::move(detail)});
  return made;
}

problem invalid_body(std::vector<field_error> errors) {
  problem made{422, "invalid-customer", "The customer has attributes that cannot be taken."};
  made.errors = std::move(errors);
  return made;
}

problem unknown_customer() { return {404, "customer-not-found", "There is no customer with this id."}; }

}  // namespace reference_crm
