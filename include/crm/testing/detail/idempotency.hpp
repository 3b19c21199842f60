/// @file
/// Writes carried out once a key. (docs/contract.md, Idempotency.)
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <crm/http/message.hpp>
#include <crm/testing/detail/refusal.hpp>

namespace crm::inline v0::testing::detail {

/// A key as it is sent: plain, or as a quoted string, whose quotes are no part of it. (RFC 8941, section 3.3.3.)
/// Nothing where it is neither.
[[nodiscard]] inline std::optional<std::string> idempotency_key(std::string_view sent) {
  constexpr std::size_t most = 255;
  if (!http::is_field_value(sent) || sent.find('\t') != std::string_view::npos) return std::nullopt;
  std::string key;
  if (!sent.starts_with('"')) {
    key = sent;
  } else {
    if (sent.size() < 2 || !sent.ends_with('"')) return std::nullopt;
    for (std::string_view rest = sent.substr(1, sent.size() - 2); !rest.empty(); rest.remove_prefix(1)) {
      if (rest.front() == '"') return std::nullopt;
      if (rest.front() == '\\') rest.remove_prefix(1);
      if (rest.empty()) return std::nullopt;
      key.push_back(rest.front());
    }
  }
  if (key.empty() || key.size() > most) return std::nullopt;
  return key;
}

/// The answers given under a key. Refusals are not kept: they took no effect.
class keyed_answers {
 public:
  /// What `perform` answers, or what it answered before to the same request under the same key.
  template <class Perform>
  [[nodiscard]] checked<http::response> once(const http::request& request, Perform perform) {
    const auto sent = request.headers.get("Idempotency-Key");
    if (!sent) return perform();
    const auto key = idempotency_key(*sent);
    if (!key) return tl::unexpected{refuse(400, "the Idempotency-Key is not 1 to 255 printable ASCII characters")};

    auto body = std::string{to_string(request.method)}.append(" ").append(request.target);
    body.append("\n").append(request.body);
    if (const auto kept = answers_.find(*key); kept != answers_.end()) return again(kept->second, body);
    auto answer = perform();
    if (answer) answers_.emplace(*key, kept_answer{std::move(body), *answer});
    return answer;
  }

 private:
  struct kept_answer {
    std::string request;
    http::response answer;
  };

  [[nodiscard]] static checked<http::response> again(const kept_answer& kept, std::string_view request) {
    if (kept.request != request) {
      refusal no = refuse(422, "this Idempotency-Key was used with another request");
      no.details.type = "/problems/idempotency-key-reused";
      return tl::unexpected{std::move(no)};
    }
    http::response answer = kept.answer;
    answer.headers.push_back({"Idempotent-Replayed", "true"});
    return answer;
  }

  std::map<std::string, kept_answer> answers_;
};

}  // namespace crm::inline v0::testing::detail
