#include "support/any_transport.hpp"

#include <cstdlib>
#include <stdexcept>

#include <crm/transport/httplib.hpp>

namespace support {
namespace {

crm::result<std::shared_ptr<any_transport::model>> chosen(crm::http::base_url base, crm::transport_options options) {
  const char* variable = std::getenv("CRM_TEST_TRANSPORT");
  const std::string_view name = variable == nullptr ? "httplib" : variable;
#ifdef CRM_TEST_WITH_BEAST
  if (name == "beast") return make_beast_transport(std::move(base), std::move(options));
#endif
  if (name != "httplib") throw std::invalid_argument{"CRM_TEST_TRANSPORT names no transport of this build"};
  return any_transport::model_of<crm::httplib_transport>(std::move(base), std::move(options));
}

}  // namespace

crm::result<any_transport> any_transport::make(crm::http::base_url base, crm::transport_options options) {
  auto made = chosen(std::move(base), std::move(options));
  if (!made) return std::move(made).error();
  return any_transport{*std::move(made)};
}

}  // namespace support
