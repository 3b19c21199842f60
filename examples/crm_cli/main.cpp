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
#include "table.hpp"
#include "terminal.hpp"

namespace {

using namespace crm_cli;

/// What was asked for, on standard output. `| head` has seen enough at any point.
exit_code show(std::string_view text, exit_code otherwise) {
  const int fault = write_output(text);
  if (fault == 0 || fault == EPIPE) return otherwise;
  complain(std::string{"the output cannot be written: "} + std::strerror(fault));
  return exit_code::refused;
}

/// Ctrl-C is a request to stop only while the CRM is asked: printing may be ended at any point.
auto ask(auto& chosen, settings& common) {
  const interrupt pressed;
  common.call.stop = pressed.token();
  return execute(chosen);
}

exit_code print(const answer& records, const settings& s) {
  const format wanted = s.format.value_or(output_is_terminal() ? format::table : format::json);
  const look how{terminal_width(), wants_bold()};
  return show(to_text(records, wanted, how, s.with_version), exit_code::done);
}

table to_table(const crm_check::report& checked) {
  table made{.columns = {{"rule"}, {"result"}, {"section"}, {"seen"}}, .rows = {}};
  for (const auto& each : checked.findings)
    made.rows.push_back({std::string{each.about->name}, std::string{to_string(each.verdict)},
                         std::string{each.about->section}, each.seen});
  return made;
}

/// Whether the report is where it was asked for, if it was.
bool write_junit(const auto& ended, const check_settings& s) {
  if (!s.junit || write_all(s.junit->number(), crm_check::to_junit(ended)) == 0) return true;
  complain("the JUnit report cannot be written");
  return false;
}

exit_code report_check(const crm_check::report& checked, const check_settings& s) {
  using crm_check::verdict;
  const format wanted = s.common.format.value_or(output_is_terminal() ? format::table : format::json);
  const auto text =
      wanted == format::table ? render(to_table(checked), {terminal_width(), wants_bold()}) : to_json_lines(checked);
  exit_code end = exit_code::done;
  if (!checked.ended.empty()) end = exit_code::unreachable;
  if (checked.count(verdict::failed) > 0) end = exit_code::bad_response;
  if (s.common.call.stop.stop_requested()) end = exit_code::interrupted;
  end = show(text, end);

  if (!write_junit(checked, s)) end = exit_code::refused;
  complain(std::to_string(checked.count(verdict::passed)) + " rules passed, " +
           std::to_string(checked.count(verdict::failed)) + " failed, " +
           std::to_string(checked.count(verdict::skipped)) + " skipped; " + std::to_string(checked.requests) +
           " requests in " + std::to_string(checked.took.count()) + " ms");
  if (!checked.ended.empty()) complain("not every rule was tried: " + checked.ended);
  if (checked.remaining > 0)
    complain(std::to_string(checked.remaining) + " customers remain, " +
             (checked.not_emptied == 0 ? "emptied" : std::to_string(checked.not_emptied) + " of them not emptied") +
             "; their source is crm-check");
  return end;
}

exit_code end_of(const crm::error& failure) {
  const exit_code end = report(failure);
  return failure.code == crm::errc::cancelled ? exit_code::interrupted : end;
}

exit_code run(check_settings& s) {
  if (const auto usable = check_credential(s.common); !usable) {
    write_junit(usable.error(), s);
    complain(usable.error().message);
    return exit_code::credentials;
  }
  const auto checked = ask(s, s.common);
  if (checked) return report_check(*checked, s);
  write_junit(checked.error(), s);
  return end_of(checked.error());
}

exit_code run(int argc, char** argv) {
  auto parsed = parse_arguments(argc, argv);
  if (const auto* end = std::get_if<exit_code>(&parsed)) return *end;
  if (auto* check = std::get_if<check_settings>(&parsed)) return run(*check);
  auto& chosen = std::get<settings>(parsed);

  if (const auto usable = check_credential(chosen); !usable) {
    complain(usable.error().message);
    return exit_code::credentials;
  }
  const auto found = ask(chosen, chosen);
  return found ? print(*found, chosen) : end_of(found.error());
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
