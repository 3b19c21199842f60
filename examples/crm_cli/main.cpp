// crm: the CRM on the command line. Parse, ask the CRM, print; nothing is printed of an answer that is not whole.
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <string>
#include <variant>

#include "arguments.hpp"
#include "execute.hpp"
#include "exit_code.hpp"
#include "interrupt.hpp"
#include "print.hpp"
#include "terminal.hpp"

namespace {

using namespace crm_cli;

/// Ctrl-C is a request to stop only while the CRM is asked: printing may be ended at any point.
crm::result<answer> ask(settings& s) {
  const interrupt pressed;
  s.call.stop = pressed.token();
  return execute(s);
}

exit_code print(const answer& records, const settings& s) {
  const format wanted = s.format.value_or(output_is_terminal() ? format::table : format::json);
  const look how{terminal_width(), wants_bold()};
  const int fault = write_output(to_text(records, wanted, how, s.with_version));
  if (fault == 0 || fault == EPIPE) return exit_code::done;  // `| head` has seen enough
  complain(std::string{"the output cannot be written: "} + std::strerror(fault));
  return exit_code::refused;
}

exit_code run(int argc, char** argv) {
  auto parsed = parse_arguments(argc, argv);
  if (const auto* end = std::get_if<exit_code>(&parsed)) return *end;
  auto& chosen = std::get<settings>(parsed);

  if (const auto usable = check_credential(chosen); !usable) {
    complain(usable.error().message);
    return exit_code::credentials;
  }
  const auto found = ask(chosen);
  if (found) return print(*found, chosen);
  const exit_code end = report(found.error());
  return found.error().code == crm::errc::cancelled ? exit_code::interrupted : end;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of write
  try {
    return static_cast<int>(run(argc, argv));
  } catch (const std::exception& unexpected) {
    complain(unexpected.what());
    return static_cast<int>(exit_code::refused);
  }
}
