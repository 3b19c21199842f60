#include <string>
#include <utility>

#include "../problem.hpp"
#include "mutation.hpp"

namespace reference_crm::breaks {

outcome update_keeps_what_it_does_not_name(const request& asked, const request_handler& sound) {
  const auto clear = [](json& customer) {
    if (!customer.contains("notes")) customer["notes"] = nullptr;
  };
  // One that names nothing is still refused.
  const bool empty = asked.body == R"({"customer":{}})";
  return sound(is_update(asked) && !empty ? with_customer(asked, clear) : asked);
}

outcome update_clears_by_null(const request& asked, const request_handler& sound) {
  const auto drop = [](json& customer) {
    for (const auto* name : {"address", "services"})
      if (customer.contains(name) && customer[name].is_null()) customer.erase(name);
  };
  return sound(is_update(asked) ? with_customer(asked, drop) : asked);
}

outcome update_replaces_a_list(const request& asked, const request_handler& sound) {
  if (!is_update(asked)) return sound(asked);
  auto reading = asked;
  reading.method = "GET";
  reading.headers.erase("if-none-match");
  const auto before = sound(reading);
  return sound(with_customer(asked, [&](json& customer) {
    if (before.given.status != 200 || !customer.contains("services") || !customer["services"].is_array()) return;
    const auto found = json::parse(before.given.body);
    for (const auto& each : found["customer"].value("services", json::array())) customer["services"].push_back(each);
  }));
}

outcome empty_update_is_422(const request& asked, const request_handler& sound) {
  if (!is_update(asked) || asked.body != R"({"customer":{}})") return sound(asked);
  auto reading = asked;
  reading.method = "GET";
  return sound(reading);
}

outcome name_cannot_be_cleared(const request& asked, const request_handler& sound) {
  const auto drop = [](json& customer) {
    if (customer.contains("name") && customer["name"].is_null()) customer.erase("name");
  };
  return sound(is_update(asked) ? with_customer(asked, drop) : asked);
}

outcome update_refuses_unknown_fields(const request& asked, const request_handler& sound) {
  const auto drop = [](json& customer) {
    for (const auto* name : {"favourite_colour", "id", "created_at"}) customer.erase(name);
  };
  return sound(is_update(asked) ? with_customer(asked, drop) : asked);
}

outcome update_of_an_unknown_id_is_404(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return is_update(asked) && made.given.status == 404
             ? outcome{to_answer({422, "no-such-customer", "There is none."}), "broken"}
             : made;
}

outcome update_changes_the_etag(const request& asked, const request_handler& sound) {
  if (!is_update(asked)) return sound(asked);
  auto reading = asked;
  reading.method = "GET";
  reading.headers.erase("if-none-match");
  const auto before = header_of(sound(reading), "ETag");
  auto made = sound(asked);
  return made.given.status == 200 ? with_header(std::move(made), "ETag", before) : made;
}

outcome current_tag_lets_an_update_through(const request& asked, const request_handler& sound) {
  if (!is_update(asked) || !asked.header("if-match")) return sound(asked);
  return {to_answer({412, "changed-since", "The customer has changed."}), "broken"};
}

outcome stale_tag_is_412(const request& asked, const request_handler& sound) {
  const bool strong = asked.header("if-match").value_or("").starts_with('"');
  return sound(is_update(asked) && strong ? without_header(asked, "if-match") : asked);
}

outcome weak_tag_never_matches(const request& asked, const request_handler& sound) {
  auto taken = asked;
  if (const auto tag = asked.header("if-match"); tag && tag->starts_with("W/"))
    taken.headers["if-match"] = tag->substr(2);
  return sound(taken);
}

}  // namespace reference_crm::breaks
