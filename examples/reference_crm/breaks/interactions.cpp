#include <utility>

#include "../calendar.hpp"
#include "mutation.hpp"

namespace reference_crm::breaks {

outcome interactions_can_be_read(const request& asked, const request_handler& sound) {
  if (!is_interactions(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    for (auto& each : body["interactions"]) each["customer_id"] = "another";
  });
}

outcome interactions_since(const request& asked, const request_handler& sound) {
  return sound(is_interactions(asked) && parse_instant(value_of(asked, "since")) ? without(asked, "since") : asked);
}

outcome interactions_by_direction(const request& asked, const request_handler& sound) {
  return sound(is_interactions(asked) ? without(asked, "direction") : asked);
}

outcome interactions_bad_since_is_422(const request& asked, const request_handler& sound) {
  return sound(ignoring_unless(asked, "since", parse_instant(value_of(asked, "since")).has_value()));
}

outcome interactions_of_nobody_are_404(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (!is_interactions(asked) || made.given.status != 404) return made;
  return plain(200, R"({"interactions":[],"meta":{"total":0,"page":1,"per_page":25}})");
}

outcome interactions_come_in_order(const request& asked, const request_handler& sound) {
  return is_interactions(asked) ? reversed(sound(asked), "interactions") : sound(asked);
}

}  // namespace reference_crm::breaks
