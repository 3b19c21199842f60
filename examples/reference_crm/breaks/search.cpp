#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "../problem.hpp"
#include "mutation.hpp"

namespace reference_crm::breaks {

namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

outcome search_finds_by_name(const request& asked, const request_handler& sound) {
  const auto q = value_of(asked, "q");
  const bool name = q.find('@') == std::string::npos && q.find_first_of("0123456789") == std::string::npos;
  auto made = sound(asked);
  return is_search(asked) && made.given.status == 200 && name ? nobody() : made;
}

outcome search_finds_by_email(const request& asked, const request_handler& sound) {
  return is_search(asked) && value_of(asked, "q").find('@') != std::string::npos ? nobody() : sound(asked);
}

outcome search_finds_by_phone(const request& asked, const request_handler& sound) {
  const auto q = value_of(asked, "q");
  const bool number = q.find_first_of("0123456789") != std::string::npos && q.find('@') == std::string::npos;
  return is_search(asked) && number ? nobody() : sound(asked);
}

outcome search_folds_case(const request& asked, const request_handler& sound) {
  const auto q = value_of(asked, "q");
  const bool capitals =
      q.find(' ') != std::string::npos && std::none_of(q.begin(), q.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return is_search(asked) && capitals && is_plain(q) ? nobody() : sound(asked);
}

outcome search_folds_accents(const request& asked, const request_handler& sound) {
  if (!is_search(asked) || !is_plain(value_of(asked, "q"))) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    auto& list = body["customers"];
    list.erase(std::remove_if(list.begin(), list.end(),
                              [](const json& each) { return !is_ascii(each["name"].get<std::string>()); }),
               list.end());
  });
}

outcome search_forgives_a_letter(const request& asked, const request_handler& sound) {
  const auto q = lower_case(value_of(asked, "q"));
  if (!is_search(asked) || q.find(' ') == std::string::npos || !is_plain(q)) return sound(asked);
  return with_body(sound(asked), [&](json& body) {
    auto& list = body["customers"];
    list.erase(std::remove_if(list.begin(), list.end(),
                              [&](const json& each) {
                                const auto name = lower_case(each["name"].get<std::string>());
                                return is_ascii(name) && name.find(q) == std::string::npos;
                              }),
               list.end());
  });
}

outcome search_puts_the_best_first(const request& asked, const request_handler& sound) {
  return is_search(asked) ? reversed(sound(asked), "customers") : sound(asked);
}

outcome search_needs_q(const request& asked, const request_handler& sound) {
  return is_search(asked) && !has(asked, "q") && sound(asked).given.status == 422 ? nobody() : sound(asked);
}

outcome search_without_match_is_empty(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (is_search(asked) && made.given.status == 200 && json::parse(made.given.body)["customers"].empty())
    return {to_answer(unknown_customer()), "broken"};
  return made;
}

outcome search_bears_any_text(const request& asked, const request_handler& sound) {
  return is_search(asked) && value_of(asked, "q").find('"') != std::string::npos ? crash() : sound(asked);
}

outcome search_bears_a_long_text(const request& asked, const request_handler& sound) {
  return value_of(asked, "q").size() > 1000 ? crash() : sound(asked);
}

}  // namespace reference_crm::breaks
