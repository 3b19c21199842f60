#include <crm/transport/beast.hpp>

#include "support/any_transport.hpp"

crm::result<std::shared_ptr<support::any_transport::model>> support::make_beast_transport(
    crm::http::base_url base, crm::transport_options options) {
  return any_transport::model_of<crm::beast_transport>(std::move(base), std::move(options));
}
