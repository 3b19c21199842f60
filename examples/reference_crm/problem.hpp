#pragma once

#include <string>
#include <utility>
#include <vector>

#include "http.hpp"

namespace reference_crm {

/// One complaint of a 422: where (`pointer` into the body, or `parameter` of the query) and what.
struct field_error {
  enum class place { pointer, parameter };
  place where;
  std::string name;
  std::string detail;
};

/// An error answer in the making (RFC 9457); handlers throw it.
struct problem {
  int status;
  std::string code;
  std::string detail;
  std::vector<field_error> errors = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// The reason phrase of a status, which is the problem's title.
std::string title_of(int status);

/// The code of a status for which nobody gave a better one.
std::string default_code(int status);

answer to_answer(const problem& from);

problem invalid_parameter(std::string name, std::string detail);
problem invalid_body(std::vector<field_error> errors);
problem unknown_customer();

}  // namespace reference_crm
