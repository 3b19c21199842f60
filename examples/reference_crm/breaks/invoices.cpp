#include "../calendar.hpp"
#include "mutation.hpp"

namespace reference_crm::breaks {

outcome invoices_can_be_read(const request& asked, const request_handler& sound) {
  if (!is_invoices(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    for (auto& each : body["invoices"]) each["amount_cents"] = "many";
  });
}

outcome invoices_by_status(const request& asked, const request_handler& sound) {
  return sound(is_invoices(asked) ? without(asked, "status") : asked);
}

outcome invoices_of_a_customer(const request& asked, const request_handler& sound) {
  return sound(is_invoices(asked) ? without(asked, "customer_id") : asked);
}

outcome invoices_due_before(const request& asked, const request_handler& sound) {
  return sound(is_invoices(asked) && is_day(value_of(asked, "due_before")) ? without(asked, "due_before") : asked);
}

outcome invoices_bad_day_is_422(const request& asked, const request_handler& sound) {
  return sound(ignoring_unless(asked, "due_before", is_day(value_of(asked, "due_before"))));
}

outcome invoices_come_in_order(const request& asked, const request_handler& sound) {
  return is_invoices(asked) ? reversed(sound(asked), "invoices") : sound(asked);
}

}  // namespace reference_crm::breaks
