#include <string>
#include <utility>

#include "mutation.hpp"

namespace reference_crm::breaks {

outcome a_credential_is_asked_for(const request& asked, const request_handler& sound) {
  return is_list(asked) && !asked.header("authorization") ? nobody() : sound(asked);
}

outcome every_endpoint_asks_for_it(const request& asked, const request_handler& sound) {
  return is_search(asked) && !asked.header("authorization") ? nobody() : sound(asked);
}

outcome a_wrong_credential_is_401(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return asked.header("authorization") && made.given.status == 401 ? nobody() : made;
}

outcome a_401_has_a_challenge(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return asked.header("authorization") ? made : with_header(std::move(made), "WWW-Authenticate", "");
}

outcome a_refused_token_is_named(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return header_of(made, "WWW-Authenticate").empty() ? made
                                                     : with_header(std::move(made), "WWW-Authenticate", "Bearer");
}

outcome no_answer_holds_a_credential(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (made.given.status != 401) return made;
  auto body = json::parse(made.given.body);
  body["detail"] = "Refused: " + asked.header("authorization").value_or("");
  made.given.body = body.dump();
  return made;
}

outcome a_credential_that_may_not_is_403(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (made.given.status == 403) made.given.status = 401;
  return made;
}

}  // namespace reference_crm::breaks
