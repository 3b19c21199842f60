/// @file
/// What an answer comes to: a record with its version, or an error that names its call.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <crm/http/message.hpp>
#include <crm/json/document.hpp>
#include <crm/model/fields.hpp>
#include <crm/result.hpp>

namespace crm::inline v0::detail {

[[nodiscard]] inline error named(operation op, error e) {
  e.op = op;
  return e;
}

/// The error of an answer that was read and found wanting.
[[nodiscard]] inline error of_answer(operation op, const http::response& answer, error e) {
  e.op = op;
  e.status = answer.status;
  e.request_id = http::plain_token(answer.headers.get("X-Request-Id"));
  return e;
}

[[nodiscard]] inline error another_record() {
  error e;
  e.code = errc::bad_response;
  e.message = "the CRM answers with another record than was asked for";
  return e;
}

/// An entity tag without what says that it is weak.
[[nodiscard]] constexpr std::string_view opaque_tag(std::string_view tag) noexcept {
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

/// The entity tag of an answer, as it may be sent back; empty where there is none. (RFC 9110, section 8.8.3.)
[[nodiscard]] inline std::string_view entity_tag(const http::response& answer) {
  const auto tag = answer.headers.get("ETag").value_or("");
  const auto quoted = opaque_tag(tag);
  const bool sound = quoted.size() >= 2 && quoted.front() == '"' && quoted.find('"', 1) == quoted.size() - 1;
  return sound && http::is_field_value(tag) ? tag : std::string_view{};
}

/// Whether a 304 speaks of the state with this tag; it need not name it. (RFC 9110, section 8.8.3.2, weak comparison.)
[[nodiscard]] inline bool confirms(const http::response& unchanged, std::string_view tag) {
  return opaque_tag(unchanged.headers.get("ETag").value_or(tag)) == opaque_tag(tag);
}

/// Decodes one record, with its entity tag where the record has a place for it: into its place, for a record is long,
/// and so is its moving. One with another id than this, which is empty for a new record, is refused.
template <class T>
[[nodiscard]] result<void> decode_record(T& r, operation op, const http::response& answer, std::string_view id) {
  if (auto sound = json::decode_one_into(r, answer.body); !sound)
    return of_answer(op, answer, std::move(sound).error());
  if (!id.empty() && field<"id">(r) != id) return of_answer(op, answer, another_record());
  if constexpr (requires { r.version = std::string{}; }) {
    if (const auto tag = answer.headers.get("ETag")) r.version = std::string{*tag};
  }
  return {};
}

/// The entity tag under which a record was read; empty where it has no place for one.
template <class T>
[[nodiscard]] std::string_view version_of(const T& r) {
  if constexpr (requires { r.version; }) return r.version;
  return {};
}

}  // namespace crm::inline v0::detail
