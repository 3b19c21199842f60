// sop_engine: standard operating procedures on the CRM's customers, to their end, whatever fails meanwhile.
#include <csignal>
#include <exception>
#include <stop_token>
#include <variant>

#include <crm/testing/mock_transport.hpp>
#include <crm/transport/httplib.hpp>

#include "engine/database.hpp"
#include "options.hpp"
#include "say.hpp"
#include "status.hpp"
#include "stop_signals.hpp"
#include "terminal.hpp"

namespace sop {

template <class Transport>
exit_code run(const run_settings& s, const std::stop_token& stop);

}  // namespace sop

namespace {

using namespace sop;

exit_code carry_out(const run_settings& s) {
  const stop_signals pressed;
  return s.url.empty() ? run<crm::mock_transport<>>(s, pressed.token())
                       : run<crm::httplib_transport>(s, pressed.token());
}

exit_code carry_out(const status_settings& s) {
  const int fault = crm_cli::write_output(status_of(s.database_file));
  if (fault == 0 || fault == EPIPE) return exit_code::done;  // `| head` has seen enough
  say("the output cannot be written");
  return exit_code::unusable;
}

exit_code carry_out(exit_code already) { return already; }

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of write
  try {
    return static_cast<int>(
        std::visit([](const auto& chosen) { return carry_out(chosen); }, parse_options(argc, argv)));
  } catch (const std::exception& e) {
    say(e.what());
    return static_cast<int>(exit_code::unusable);
  }
}
