/// @file
/// A Slack incoming webhook: how its address is read, and what is posted to it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <crm/http/uri.hpp>
#include <crm/json/string.hpp>
#include <crm/secret.hpp>
#include <crm/transport/httplib.hpp>

namespace escalation {

class incoming_webhook {
 public:
  /// The address holds a token: an error names nothing of it.
  [[nodiscard]] static crm::result<incoming_webhook> open(const crm::result<crm::secret>& address,
                                                          const crm::transport_options& options) {
    if (!address) return address.error();
    auto base = crm::http::base_url::parse(address->reveal());
    if (!base || base->prefix.empty() || (!base->tls && !base->is_loopback()))
      return crm::invalid_argument("the webhook's address is none like https://hooks.slack.com/services/...");
    auto made = crm::httplib_transport::make(*std::move(base), options);
    if (!made) return std::move(made).error();
    return incoming_webhook{*std::move(made)};
  }

  [[nodiscard]] crm::transport_result post(std::string_view channel, std::string_view text,
                                           const crm::http::header_list& more, const crm::send_limits& limits) {
    return transport_.send(request_of(channel, text, more), limits);
  }
  [[nodiscard]] crm::time_point now() const { return transport_.now(); }

 private:
  explicit incoming_webhook(crm::httplib_transport made) : transport_{std::move(made)} {}

  [[nodiscard]] crm::http::request request_of(std::string_view channel, std::string_view text,
                                              const crm::http::header_list& more) const {
    crm::http::request request{
        crm::http::method::post, transport_.base().prefix, {{"Content-Type", "application/json"}}, "{"};
    request.headers.insert(request.headers.end(), more.begin(), more.end());
    const auto add_member = [&](std::string_view name, std::string_view value, std::string_view end) {
      request.body.append("\"").append(name).append("\":");
      if (!crm::json::append_string(request.body, value)) request.body.append("\"?\"");
      request.body.append(end);
    };
    add_member("channel", channel, ",");
    add_member("text", escaped(text), "}");
    return request;
  }

  /// So that a task's id is text to Slack, and no mention or link. (Slack, Formatting text: "Escaping text".)
  [[nodiscard]] static std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
      switch (c) {
        case '&': out.append("&amp;"); break;
        case '<': out.append("&lt;"); break;
        case '>': out.append("&gt;"); break;
        default: out.push_back(c);
      }
    }
    return out;
  }

  crm::httplib_transport transport_;
};

}  // namespace escalation
