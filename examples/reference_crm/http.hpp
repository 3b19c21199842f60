#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reference_crm {

/// With small letters for capitals, of ASCII alone.
inline std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

/// The pairs of a query string, decoded, in the order they came in.
using query_pairs = std::vector<std::pair<std::string, std::string>>;

/// A request as the handlers see it, free of the HTTP library.
struct request {
  std::string method;             ///< HEAD arrives as GET.
  std::string sent_method;        ///< As it stood in the request line.
  std::string target;             ///< As it stood in the request line.
  std::vector<std::string> path;  ///< Decoded segments.
  query_pairs query;
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;

  std::optional<std::string> header(const std::string& lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    if (found == headers.end()) return std::nullopt;
    return found->second;
  }
};

struct answer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string content_type = "application/json";
  std::string body = {};
};

/// An answer, and what a log may say of the request.
struct outcome {
  answer given;
  std::string_view route;  ///< The template, as `/api/v1/customers/{id}`: free of customer data.
};

/// From a request to its answer. Called from many threads.
using request_handler = std::function<outcome(const request&)>;

}  // namespace reference_crm
