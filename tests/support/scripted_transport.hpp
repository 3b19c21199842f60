/// @file
/// The library's scripted transport, given outcomes alone: it answers every request, the last outcome as often as
/// asked.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <crm/testing/scripted_transport.hpp>

namespace support {

[[nodiscard]] inline std::vector<crm::testing::step> endless(std::vector<crm::transport_result> outcomes) {
  std::vector<crm::testing::step> steps{outcomes.begin(), outcomes.end()};
  if (!steps.empty()) steps.back().repeats = true;
  return steps;
}

class scripted_transport : public crm::testing::scripted_transport<> {
 public:
  explicit scripted_transport(std::vector<crm::transport_result> outcomes)
      : crm::testing::scripted_transport<>{endless(std::move(outcomes))} {
    may_end_early();
  }
};

/// The body of one customer.
inline constexpr char jane_body[] = R"({"customer":{"id":"1","name":"Jane"}})";

[[nodiscard]] inline crm::transport_result answer(int status, std::string body = {}, crm::http::header_list more = {}) {
  more.push_back({"Content-Type", "application/json"});
  more.push_back({"X-Request-Id", "r-1"});
  return crm::http::response{status, std::move(more), std::move(body)};
}
[[nodiscard]] inline crm::transport_result failure(crm::delivery sent, crm::errc code = crm::errc::unreachable) {
  return tl::unexpected{crm::transport_failure{code, sent, "the connection broke"}};
}

}  // namespace support
