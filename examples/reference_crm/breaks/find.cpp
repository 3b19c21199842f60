#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include "mutation.hpp"

namespace reference_crm::breaks {

outcome find_agrees_with_the_list(const request& asked, const request_handler& sound) {
  if (!is_find(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    // Those that the checker makes are judged by other rules.
    if (body["customer"].value("source", json()) != "crm-check") body["customer"]["notes"] = "of another customer";
  });
}

outcome unknown_id_is_404(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  const bool well_formed = is_find(asked) && asked.path[3].find_first_not_of("0123456789abcdef-") == std::string::npos;
  return well_formed && made.given.status == 404 ? plain(200, R"({"customer":null})") : made;
}

outcome encoded_slash_stays_in_the_id(const request& asked, const request_handler& sound) {
  request taken = asked;
  taken.path.clear();
  for (auto segment : asked.path) {
    for (auto slash = segment.find('/'); slash != std::string::npos; slash = segment.find('/')) {
      taken.path.push_back(segment.substr(0, slash));
      segment.erase(0, slash + 1);
    }
    taken.path.push_back(segment);
  }
  return sound(taken);
}

outcome id_is_compared_whole(const request& asked, const request_handler& sound) {
  auto taken = asked;
  for (auto& segment : taken.path) segment.resize(std::min(segment.find('\0'), segment.size()));
  return sound(taken);
}

outcome long_id_is_refused(const request& asked, const request_handler& sound) {
  return is_find(asked) && asked.path[3].size() > 256 ? crash() : sound(asked);
}

outcome etag_is_strong(const request& asked, const request_handler& sound) {
  auto taken = asked;
  if (const auto tag = asked.header("if-match"); tag && tag->starts_with("W/"))
    taken.headers["if-match"] = tag->substr(2);
  auto made = sound(taken);
  const auto tag = header_of(made, "ETag");
  return tag.empty() ? made : with_header(std::move(made), "ETag", "W/" + tag);
}

outcome etag_stays_while_nothing_changes(const request& asked, const request_handler& sound) {
  static std::atomic<int> count = 0;
  auto taken = asked;
  for (const auto* name : {"if-match", "if-none-match"})
    if (const auto tag = asked.header(name); tag && tag->find('.') != std::string::npos)
      taken.headers[name] = tag->substr(0, tag->find('.')) + '"';
  auto made = sound(taken);
  auto tag = header_of(made, "ETag");
  if (tag.empty()) return made;
  tag.pop_back();
  return with_header(std::move(made), "ETag", tag + "." + std::to_string(++count) + "\"");
}

outcome current_tag_is_304(const request& asked, const request_handler& sound) {
  return sound(without_header(asked, "if-none-match"));
}

outcome other_tag_is_200(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (!is_find(asked) || !asked.header("if-none-match") || made.given.status != 200) return made;
  made.given.status = 304;
  made.given.body.clear();
  return made;
}

}  // namespace reference_crm::breaks
