/// @file
/// HTTP Archive 1.2, as far as it is read: what else a file has is passed over.
/// (http://www.softwareishard.com/blog/har-12-spec/)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <crm/model/fields.hpp>

namespace crm::inline v0::testing::detail {

struct har_header {
  std::string name;
  std::string value;
};
struct har_post_data {
  std::optional<std::string> text;
};
struct har_request {
  std::string method;
  std::string url;
  std::vector<har_header> headers;
  std::optional<har_post_data> post_data;
};
struct har_content {
  std::optional<std::string> text;
  std::optional<std::string> encoding;
};
struct har_response {
  int status = 0;
  std::vector<har_header> headers;
  har_content content;
};
/// Ours: names that begin with an underscore are free. Why there is no answer.
struct har_failure {
  std::string code;
  std::optional<bool> not_sent;
};
struct har_entry {
  har_request request;
  har_response response;
  std::optional<har_failure> failure;
};
struct har_log {
  std::string version;
  std::vector<har_entry> entries;
  std::optional<bool> redacted;
};
struct har_file {
  har_log log;
};

}  // namespace crm::inline v0::testing::detail

template <>
struct boost::hana::accessors_impl<crm::testing::detail::har_header> {
  static constexpr auto apply() {
    using crm::testing::detail::har_header;
    return make_tuple(crm::detail::field_row<"name", &har_header::name>(),
                      crm::detail::field_row<"value", &har_header::value>());
  }
};
template <>
struct boost::hana::accessors_impl<crm::testing::detail::har_post_data> {
  static constexpr auto apply() {
    return make_tuple(crm::detail::field_row<"text", &crm::testing::detail::har_post_data::text>());
  }
};
template <>
struct boost::hana::accessors_impl<crm::testing::detail::har_request> {
  static constexpr auto apply() {
    using crm::detail::field_row;
    using r = crm::testing::detail::har_request;
    return make_tuple(field_row<"method", &r::method>(), field_row<"url", &r::url>(),
                      field_row<"headers", &r::headers>(), field_row<"postData", &r::post_data>());
  }
};
template <>
struct boost::hana::accessors_impl<crm::testing::detail::har_content> {
  static constexpr auto apply() {
    using c = crm::testing::detail::har_content;
    return make_tuple(crm::detail::field_row<"text", &c::text>(), crm::detail::field_row<"encoding", &c::encoding>());
  }
};
template <>
struct boost::hana::accessors_impl<crm::testing::detail::har_response> {
  static constexpr auto apply() {
    using crm::detail::field_row;
    using r = crm::testing::detail::har_response;
    return make_tuple(field_row<"status", &r::status>(), field_row<"headers", &r::headers>(),
                      field_row<"content", &r::content>());
  }
};
template <>
struct boost::hana::accessors_impl<crm::testing::detail::har_failure> {
  static constexpr auto apply() {
    using f = crm::testing::detail::har_failure;
    return make_tuple(crm::detail::field_row<"code", &f::code>(), crm::detail::field_row<"notSent", &f::not_sent>());
  }
};
template <>
struct boost::hana::accessors_impl<crm::testing::detail::har_entry> {
  static constexpr auto apply() {
    using crm::detail::field_row;
    using e = crm::testing::detail::har_entry;
    return make_tuple(field_row<"request", &e::request>(), field_row<"response", &e::response>(),
                      field_row<"_failure", &e::failure>());
  }
};
template <>
struct boost::hana::accessors_impl<crm::testing::detail::har_log> {
  static constexpr auto apply() {
    using crm::detail::field_row;
    using l = crm::testing::detail::har_log;
    return make_tuple(field_row<"version", &l::version>(), field_row<"entries", &l::entries>(),
                      field_row<"_redacted", &l::redacted>());
  }
};
template <>
struct boost::hana::accessors_impl<crm::testing::detail::har_file> {
  static constexpr auto apply() {
    return make_tuple(crm::detail::field_row<"log", &crm::testing::detail::har_file::log>());
  }
};
