#include <atomic>
#include <string>

#include "../problem.hpp"
#include "mutation.hpp"

namespace reference_crm::breaks {

outcome errors_are_problem_details(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (made.given.status >= 400) made.given.content_type = "text/plain";
  return made;
}

outcome answers_have_a_request_id(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  // An empty one: the server itself gives every answer one that has none.
  if (made.given.status >= 400) made.given.headers.emplace_back("X-Request-Id", "");
  return made;
}

outcome odd_headers_are_borne(const request& asked, const request_handler& sound) {
  return asked.header("accept").value_or("").find(";q=") != std::string::npos ? crash() : sound(asked);
}

outcome rate_limit_says_when(const request& asked, const request_handler& sound) {
  static std::atomic<int> count = 0;
  if (++count == 20) return {to_answer({429, "rate-limited", "Too many requests."}), "broken"};
  return sound(asked);
}

}  // namespace reference_crm::breaks
