#include <mutex>
#include <string>
#include <utility>

#include "../problem.hpp"
#include "mutation.hpp"

namespace reference_crm::breaks {

outcome list_can_be_read(const request& asked, const request_handler& sound) {
  if (!is_list(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) { body["meta"]["total"] = "many"; });
}

outcome ids_and_names_are_there(const request& asked, const request_handler& sound) {
  if (!is_list(asked) && !is_search(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    for (auto& each : body["customers"])
      if (each["name"] == "Jane Smith") each["id"] = each["id"].get<std::string>() + "/1";
  });
}

outcome good_answers_are_json(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (is_list(asked) && made.given.status == 200) made.given.content_type = "text/html";
  return made;
}

outcome meta_says_what_was_asked(const request& asked, const request_handler& sound) {
  return with_body(sound(asked), [](json& body) {
    if (body.contains("meta")) body["meta"]["page"] = 1;
  });
}

outcome total_is_right(const request& asked, const request_handler& sound) {
  if (!is_list(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) { body["meta"]["total"] = body["meta"]["total"].get<int>() + 1; });
}

outcome a_page_holds_25_by_default(const request& asked, const request_handler& sound) {
  return sound(is_list(asked) && !has(asked, "per_page") ? with(asked, "per_page", "20") : asked);
}

outcome per_page_goes_to_100(const request& asked, const request_handler& sound) {
  return sound(is_list(asked) && value_of(asked, "per_page") == "100" ? with(asked, "per_page", "50") : asked);
}

outcome per_page_beyond_100_is_422(const request& asked, const request_handler& sound) {
  const auto size = value_of(asked, "per_page");
  return sound(is_number(size) && size.size() >= 3 ? with(asked, "per_page", "100") : asked);
}

outcome bad_page_is_422(const request& asked, const request_handler& sound) {
  auto taken = asked;
  for (const auto* parameter : {"page", "per_page"})
    if (const auto value = value_of(asked, parameter); !is_number(value) || value == "0")
      taken = without(std::move(taken), parameter);
  return sound(taken);
}

outcome page_after_the_last_is_empty(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  const bool beyond = is_list(asked) && has(asked, "page") && value_of(asked, "page") != "1";
  if (beyond && made.given.status == 200 && json::parse(made.given.body)["customers"].empty())
    return {to_answer({404, "no-such-page", "There is no such page."}), "broken"};
  return made;
}

outcome pages_hold_each_record_once(const request& asked, const request_handler& sound) {
  const auto page = value_of(asked, "page");
  if (!is_list(asked) || !is_number(page) || page == "1") return sound(asked);
  auto before = sound(with(asked, "page", std::to_string(std::stoll(page) - 1)));
  return with_body(sound(asked), [&](json& body) {
    auto earlier = json::parse(before.given.body);
    if (!body["customers"].empty() && !earlier["customers"].empty())
      body["customers"].front() = earlier["customers"].back();
  });
}

outcome order_is_stable(const request& asked, const request_handler& sound) {
  static std::mutex mutex;
  static std::string last;
  const std::scoped_lock lock(mutex);
  const bool small = value_of(asked, "per_page") != "100";
  const bool repeated = is_list(asked) && small && std::exchange(last, asked.target) == asked.target;
  return repeated ? reversed(sound(asked), "customers") : sound(asked);
}

outcome order_is_oldest_first(const request& asked, const request_handler& sound) {
  return is_list(asked) ? reversed(sound(asked), "customers") : sound(asked);
}

}  // namespace reference_crm::breaks
