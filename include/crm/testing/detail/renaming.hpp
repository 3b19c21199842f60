/// @file
/// A redacted request held against one that is not: the same but for names that stand for one another.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/http/message.hpp>
#include <crm/testing/detail/redacting.hpp>
#include <crm/testing/redaction.hpp>

namespace crm::inline v0::testing::detail {

/// Which fake of a recording stands for which text of the test that is being run: found out from the test's own
/// requests, one to one.
class renaming {
 public:
  using pairs = std::vector<std::pair<std::string, std::string>>;

  /// Whether these could be the same text, given what `more` takes for granted; notes there what follows.
  [[nodiscard]] bool may_be(std::string_view fake, std::string_view real, pairs& more) const {
    const auto known_real = find(real_of_, fake);
    const auto known_fake = find(fake_of_, real);
    if (known_real || known_fake) return known_real == real && known_fake == fake;
    for (const auto& [other_fake, other_real] : more)
      if (other_fake == fake || other_real == real) return other_fake == fake && other_real == real;
    more.emplace_back(fake, real);
    return true;
  }
  void learn(const pairs& more) {
    for (const auto& [fake, real] : more) {
      real_of_.emplace(fake, real);
      fake_of_.emplace(real, fake);
    }
  }
  /// What the test calls it, or the fake where it has not named it.
  [[nodiscard]] std::string real_of(std::string_view fake) const {
    return std::string{find(real_of_, fake).value_or(fake)};
  }

 private:
  using map = std::map<std::string, std::string, std::less<>>;
  [[nodiscard]] static std::optional<std::string_view> find(const map& in, std::string_view key) {
    const auto found = in.find(key);
    return found == in.end() ? std::nullopt : std::optional<std::string_view>{found->second};
  }

  map real_of_, fake_of_;
};

/// Puts the test's own texts in the place of fakes, for `append_mapped`. What redaction keeps is no fake.
class restorer {
 public:
  restorer(const redaction& rules, const renaming& names) : rules_{rules}, names_{names} {}

  [[nodiscard]] static bool knows(std::string_view) noexcept { return true; }
  [[nodiscard]] std::string text(std::string_view name, std::string_view value) const {
    return rules_.keeps(name, value) ? std::string{value} : names_.real_of(value);
  }
  /// A number's name begins with a mark, so that no text is taken for it.
  [[nodiscard]] std::string number(std::string_view name, json::detail::element e) const {
    return keeps_number(rules_, name, e) ? number_text(e) : names_.real_of("#" + number_text(e)).substr(1);
  }
  [[nodiscard]] static bool truth(std::string_view, bool value) noexcept { return value; }

 private:
  const redaction& rules_;
  const renaming& names_;
};

/// One request of a recording and one of the test.
class comparison {
 public:
  comparison(const redaction& rules, const renaming& names) : rules_{rules}, names_{names} {}

  /// The first part in which they differ: `method`, `target`, `headers` or `body`; nothing where they are the same.
  [[nodiscard]] std::optional<std::string_view> difference(const http::request& recorded, const http::request& asked,
                                                           bool with_headers) {
    if (recorded.method != asked.method) return "method";
    if (!same_target(recorded.target, asked.target)) return "target";
    if (with_headers && !same_headers(recorded.headers, asked.headers)) return "headers";
    if (!same_body(recorded.body, asked.body)) return "body";
    return std::nullopt;
  }

  /// What was taken for granted so that they are the same.
  [[nodiscard]] const renaming::pairs& learned() const noexcept { return more_; }

 private:
  using element = json::detail::element;

  /// A text that redaction keeps, on either side, is itself; any other may have been renamed.
  [[nodiscard]] bool same(std::string_view recorded, std::string_view asked, bool kept) {
    if (!rules_.replaces() || kept || recorded.empty() || asked.empty()) return recorded == asked;
    return names_.may_be(recorded, asked, more_);
  }

  [[nodiscard]] bool same_target(std::string_view recorded, std::string_view asked) {
    const auto all = pieces(recorded), others = pieces(asked);
    if (all.size() != others.size()) return false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& [kind, name, text] = all[i];
      const auto& [other_kind, other_name, other_text] = others[i];
      if (kind != other_kind) return false;
      const auto kept = [&, what = kind, &of = other_name](const std::string& either) {
        return what == piece::segment ? rules_.knows_segment(either)
               : what == piece::name  ? rules_.knows_name(either)
                                      : rules_.keeps(of, either);
      };
      if (!same(text, other_text, kept(text) || kept(other_text))) return false;
    }
    return true;
  }

  struct piece {
    enum kind : unsigned char { segment, name, value };
    kind what;
    std::string of;
    std::string text;
  };
  /// A target taken apart as `mapped_target` does.
  [[nodiscard]] std::vector<piece> pieces(std::string_view target) const {
    struct collector {
      const redaction& rules;
      std::vector<piece> found{};
      std::string segment(const std::string& text) { return found.push_back({piece::segment, {}, text}), text; }
      std::string name(std::string_view text) { return found.push_back({piece::name, {}, std::string{text}}), ""; }
      std::string text(std::string_view name, std::string_view value) {
        return found.push_back({piece::value, std::string{name}, std::string{value}}), "";
      }
      bool lists(std::string_view name) const { return rules.has_words(name); }
    } all{rules_};
    (void)mapped_target(target, all);
    return std::move(all.found);
  }

  /// Of the headers that a recording may hold, in whatever order.
  [[nodiscard]] bool same_headers(const http::header_list& recorded, const http::header_list& asked) {
    const auto counts = [](const http::header& h) { return is_opaque_header(h.name) || is_harmless_header(h); };
    // Another program's recording holds others, too.
    if (std::count_if(asked.begin(), asked.end(), counts) != std::count_if(recorded.begin(), recorded.end(), counts))
      return false;
    for (const auto& h : asked) {
      if (!counts(h)) continue;
      const bool opaque = is_opaque_header(h.name);
      const auto other = recorded.get(h.name);
      if (!other) return false;
      // A client makes its keys anew in each run.
      const bool key = http::same_name(h.name, "Idempotency-Key");
      const std::string_view text = quoted_text{h.value}.text, other_text = quoted_text{*other}.text;
      if (!opaque ? *other != h.value : key ? !names_.may_be(other_text, text, more_) : !same(other_text, text, false))
        return false;
    }
    return true;
  }

  [[nodiscard]] bool same_body(std::string_view recorded, std::string_view asked) {
    if (recorded.empty() || asked.empty()) return recorded == asked;
    json::detail::text_store store, other_store;
    json::detail::reader in{store}, other_in{other_store};
    const auto root = in.parse(recorded), other_root = other_in.parse(asked);
    if (!root || !other_root) return !root && !other_root;
    return same_value(*root, *other_root, {});
  }

  [[nodiscard]] bool same_value(element recorded, element asked, std::string_view name) {
    if (asked.is_object()) {
      if (!recorded.is_object()) return false;
      const json::detail::object members{recorded.get_object().value_unsafe()};
      auto at = members.begin();
      for (const auto [key, value] : json::detail::object{asked.get_object().value_unsafe()}) {
        if (!rules_.knows_name(key)) continue;
        if (at == members.end() || at.key() != key || !same_value(at.value(), value, key)) return false;
        ++at;
      }
      return at == members.end();
    }
    if (asked.is_array()) {
      if (!recorded.is_array()) return false;
      const json::detail::array items{recorded.get_array().value_unsafe()};
      auto at = items.begin();
      for (const auto value : json::detail::array{asked.get_array().value_unsafe()}) {
        if (at == items.end() || !same_value(*at, value, name)) return false;
        ++at;
      }
      return at == items.end();
    }
    if (asked.is_string()) {
      if (!recorded.is_string()) return false;
      const std::string_view text = recorded.get_string().value_unsafe(), other = asked.get_string().value_unsafe();
      return same(text, other, rules_.keeps(name, text) || rules_.keeps(name, other));
    }
    if (asked.is_null() || recorded.is_null()) return asked.is_null() && recorded.is_null();
    if (asked.is_bool())
      return recorded.is_bool() && (rules_.replaces() || number_or_truth(recorded) == number_or_truth(asked));
    if (recorded.is_string() || recorded.is_bool() || recorded.is_object() || recorded.is_array()) return false;
    return same(number_or_truth(recorded), number_or_truth(asked),
                keeps_number(rules_, name, recorded) || keeps_number(rules_, name, asked));
  }
  [[nodiscard]] static std::string number_or_truth(element e) {
    if (e.is_bool()) return e.get_bool().value_unsafe() ? "true" : "false";
    return "#" + number_text(e);
  }

  const redaction& rules_;
  const renaming& names_;
  renaming::pairs more_;
};

}  // namespace crm::inline v0::testing::detail
