/// @file
/// What a write names, held against the contract: `{"customer":{…}}` and nothing else.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <crm/http/message.hpp>
#include <crm/json/document.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/resource.hpp>
#include <crm/query/patch.hpp>
#include <crm/testing/detail/refusal.hpp>

namespace crm::inline v0::testing::detail {

/// Any object, of which nothing is read.
struct unread_object {};

/// The envelope alone: the decoder accepts a bare object too, which the contract has for answers only.
struct write_envelope {
  std::optional<unread_object> customer;
};

}  // namespace crm::inline v0::testing::detail

template <>
struct boost::hana::accessors_impl<crm::testing::detail::unread_object> {
  static constexpr auto apply() { return make_tuple(); }
};
template <>
struct boost::hana::accessors_impl<crm::testing::detail::write_envelope> {
  static constexpr auto apply() {
    using crm::testing::detail::write_envelope;
    return make_tuple(crm::detail::field_row<"customer", &write_envelope::customer>());
  }
};
template <>
struct crm::resource<crm::testing::detail::write_envelope> {
  static constexpr std::string_view one = "";
};

namespace crm::inline v0::testing::detail {

static_assert(field_names<write_envelope>[0] == resource<customer>::one);

[[nodiscard]] inline bool is_json(std::string_view body) {
  json::detail::text_store store;
  return json::detail::reader{store}.parse(body).has_value();
}

/// A decoder's path as a JSON pointer: `$.customer.services[0]` is `/customer/services/0`. (RFC 6901.)
[[nodiscard]] inline std::string to_pointer(std::string_view path) {
  std::string pointer;
  for (const char c : path.substr(1))
    if (c != ']') pointer.push_back(c == '.' || c == '[' ? '/' : c);
  return pointer;
}

[[nodiscard]] inline bool is_json_type(std::optional<std::string_view> type) noexcept {
  return type && http::same_name(type->substr(0, type->find_first_of("; \t")), "application/json");
}

/// Where the customer, and a field of it, stands in the body.
[[nodiscard]] inline std::string pointer_to_customer() { return std::string{"/"}.append(resource<customer>::one); }
[[nodiscard]] inline std::string pointer_to(std::string_view field) {
  return pointer_to_customer().append("/").append(field);
}

/// The first named field with a value that the contract does not allow, as a refusal.
[[nodiscard]] inline std::optional<refusal> unfit_value(const attributes<customer>& named) {
  for (const std::string_view field : resource<customer>::read_only)
    if (named.names(field_index<customer>(field))) return invalid_body(pointer_to(field), "is set by the CRM alone");
  const customer& values = named.values();
  if (named.names(field_index<customer>("name")) && values.name.empty())
    return invalid_body(pointer_to("name"), "must not be empty");
  if (values.status && values.status->str().empty()) return invalid_body(pointer_to("status"), "must not be empty");
  for (const service& each : values.services)
    if (each.str().empty()) return invalid_body(pointer_to("services"), "must not hold an empty word");
  return std::nullopt;
}

/// The fields that a write names. 415, 400 or 422 where it cannot be taken. A template, as `operations` is one.
template <record T>
[[nodiscard]] checked<attributes<T>> read_attributes(const http::request& request) {
  if (!is_json_type(request.headers.get("Content-Type"))) return tl::unexpected{refuse(415, "send application/json")};
  if (!is_json(request.body)) return tl::unexpected{refuse(400, "the body is not JSON")};
  // RFC 8259 leaves open what a member given twice means: no JSON that this contract takes.
  const auto twice = tl::unexpected{refuse(400, "the body names a member twice")};
  const auto envelope = json::decode_attributes<write_envelope>(request.body);
  if (!envelope && envelope.error().message == json::appears_twice) return twice;
  if (!envelope || !envelope->values().customer)
    return tl::unexpected{invalid_body(pointer_to_customer(), "must be an object, and the body's only member")};
  auto named = json::decode_attributes<T>(request.body);
  if (!named && named.error().message == json::appears_twice) return twice;
  if (!named) return tl::unexpected{invalid_body(to_pointer(named.error().json_path), named.error().message)};
  if (auto no = unfit_value(*named)) return tl::unexpected{*std::move(no)};
  return *std::move(named);
}

}  // namespace crm::inline v0::testing::detail
