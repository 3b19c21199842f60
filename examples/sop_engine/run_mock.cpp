// The engine on the in-memory CRM.
#include "run.hpp"

namespace sop {

template exit_code run<crm::mock_transport<>>(const run_settings&, const std::stop_token&);

}  // namespace sop
