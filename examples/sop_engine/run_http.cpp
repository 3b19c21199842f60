// The engine on a CRM over HTTP.
#include "run.hpp"

namespace sop {

template exit_code run<crm::httplib_transport>(const run_settings&, const std::stop_token&);

}  // namespace sop
