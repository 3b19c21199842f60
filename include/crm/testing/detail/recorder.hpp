/// @file
/// Takes the personal and the secret out of exchanges. Safe to use from several threads by its owner's lock alone.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <crm/testing/detail/pseudonyms.hpp>
#include <crm/testing/detail/redacting.hpp>
#include <crm/testing/redaction.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::testing::detail {

class recorder {
 public:
  explicit recorder(redaction rules) : rules_{std::move(rules)} {}

  [[nodiscard]] const redaction& rules() const noexcept { return rules_; }

  [[nodiscard]] http::request redacted(const http::request& from, std::string_view prefix) {
    std::string_view target = from.target;
    if (target.starts_with(prefix)) target.remove_prefix(prefix.size());
    return {from.method, mapped_target(target, *this), headers(from.headers), mapped_body(from.body, *this)};
  }

  /// `sent` is what was asked, with its credential: an answer that repeats it keeps no body.
  [[nodiscard]] http::response redacted(const http::response& from, const http::request& sent) {
    if (!rules_.replaces() && repeats_credential(from, sent))
      return {from.status, {}, "(left out: it repeats a credential)"};
    return {from.status, headers(from.headers), mapped_body(from.body, *this)};
  }

  // What mapped_target and append_mapped ask.

  [[nodiscard]] std::string segment(const std::string& text) {
    return rules_.knows_segment(text) ? text : fakes_.of(text);
  }
  [[nodiscard]] std::string name(std::string_view text) {
    return rules_.knows_name(text) ? std::string{text} : fakes_.of(text);
  }
  [[nodiscard]] bool lists(std::string_view name) const { return rules_.has_words(name); }
  [[nodiscard]] bool knows(std::string_view name) const { return rules_.knows_name(name); }
  [[nodiscard]] std::string text(std::string_view name, std::string_view value) {
    return rules_.keeps(name, value) ? std::string{value} : fakes_.of(value);
  }
  [[nodiscard]] std::string number(std::string_view name, json::detail::element e) {
    std::string written = number_text(e);
    return keeps_number(rules_, name, e) ? written : fakes_.of_number(written);
  }
  [[nodiscard]] bool truth(std::string_view, bool value) const { return !rules_.replaces() && value; }

 private:
  [[nodiscard]] http::header_list headers(const http::header_list& from) {
    http::header_list to;
    for (const http::header& h : from) {
      if (is_harmless_header(h)) {
        to.push_back(h);
      } else if (is_opaque_header(h.name)) {
        const quoted_text inside{h.value};
        to.push_back({h.name, rules_.replaces() ? inside.with(fakes_.of(inside.text)) : h.value});
      }
    }
    return to;
  }

  [[nodiscard]] static bool repeats_credential(const http::response& answer, const http::request& sent) {
    for (const auto& h : sent.headers) {
      if (is_harmless_header(h) || is_opaque_header(h.name) || http::same_name(h.name, "User-Agent")) continue;
      const std::string value = h.value.substr(h.value.rfind(' ') + 1);
      if (value.size() < 6) continue;
      if (answer.body.find(value) != std::string::npos) return true;
      for (const auto& each : answer.headers)
        if (is_opaque_header(each.name) && each.value.find(value) != std::string::npos) return true;
    }
    return false;
  }

  redaction rules_;
  pseudonyms fakes_;
};

}  // namespace crm::inline v0::testing::detail
