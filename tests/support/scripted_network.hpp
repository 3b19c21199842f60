/// @file
/// A CRM that is reached by a network, as far as its client can tell: so its requests carry a credential.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include <crm/http/uri.hpp>

#include "support/scripted_transport.hpp"

namespace support {

class scripted_network : public scripted_transport {
 public:
  explicit scripted_network(std::vector<crm::transport_result> outcomes,
                            std::string_view url = "https://crm.example.com")
      : scripted_transport{std::move(outcomes)}, base_{crm::http::base_url::parse(url).value()} {}

  [[nodiscard]] const crm::http::base_url& base() const noexcept { return base_; }

 private:
  crm::http::base_url base_;
};

}  // namespace support
