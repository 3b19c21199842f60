#include "options.hpp"

#include <chrono>
#include <cstdlib>
#include <string>

#include <CLI/CLI.hpp>

#include <crm/model/season.hpp>
#include <crm/version.hpp>

#include "inputs/mail_text.hpp"
#include "say.hpp"

namespace sop {

namespace {

constexpr auto examples = R"(Examples:
  sop_engine run --sop reactivation --db mock.db --mock
  export CRM_API_KEY=...
  sop_engine run --sop collections --db engine.db --url https://crm.example.com --api-key-env CRM_API_KEY
  sop_engine run --sop lead-response --db engine.db --url ... --api-key-env CRM_API_KEY --inbox inquiries/
  sop_engine status --db engine.db

A run that was stopped or killed goes on where it was when it is started again.

Exit status:
  0 all is done   1 the engine could not work   2 usage
  3 all is done that could be, and somebody must look at what failed (sop_engine status)   130 stopped)";

std::chrono::year_month_day today() { return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()); }

std::string this_month() {
  const unsigned month = static_cast<unsigned>(today().month());
  return std::to_string(static_cast<int>(today().year())) + (month < 10 ? "-0" : "-") + std::to_string(month);
}

/// It is part of the tasks' keys.
std::string check_period(const std::string& text) {
  const bool plain = !text.empty() && text.size() <= 32 &&
                     text.find_first_not_of("0123456789-abcdefghijklmnopqrstuvwxyz") == std::string::npos;
  return plain ? "" : "a period is written in digits, small letters and -, e.g. 2026-02";
}

/// SQLite takes these for a database that ends with the process, or for an address.
std::string check_database(const std::string& name) {
  const bool is_file = !name.empty() && name.front() != ':' && !name.starts_with("file:");
  return is_file ? "" : "the database is a file: " + name + " is none (for a file of such a name write ./ before it)";
}

void add_what(CLI::App& run, run_settings& s) {
  run.add_option("--sop", s.sop, "The procedure")
      ->required()
      ->check(CLI::IsMember({"reactivation", "lead-response", "quote-follow-up", "collections"}))
      ->type_name("NAME");
  run.add_option("--db", s.database_file, "The engine's own database; made if it is not there")
      ->required()
      ->check(check_database)
      ->type_name("FILE");
  run.add_option("--season", s.season, "reactivation: customers not signed for this year")
      ->check(CLI::Range(crm::season::first, crm::season::last))
      ->capture_default_str()
      ->type_name("YEAR");
  run.add_option("--inbox", s.inbox, "lead-response: a directory of .eml files; samples without it")->type_name("DIR");
  run.add_option("--quotes", s.quotes, "quote-follow-up: a file of quotes, JSON lines; samples without it")
      ->type_name("FILE");
  run.add_option("--reminder", s.reminder, "quote-follow-up: whether it is the first reminder, the second, ...")
      ->check(CLI::Range(1, 9))
      ->capture_default_str()
      ->type_name("N");
  run.add_option("--period", s.period, "collections: customers are reminded once in it")
      ->check(check_period)
      ->capture_default_str()
      ->type_name("WORD");
}

void add_where(CLI::App& run, run_settings& s, bool& mock) {
  const std::string where = "The CRM", out = "Messages";
  auto* url = run.add_option("--url", s.url, "Its address")->type_name("URL")->group(where);
  auto* key = run.add_option("--api-key-env", s.api_key_env, "Environment variable that holds the API key")
                  ->type_name("NAME")
                  ->group(where);
  url->needs(key);
  key->needs(url);
  run.add_flag("--moved", s.moved, "The CRM that the database is about has this address now")->group(where);
  run.add_flag("--mock", mock, "An in-memory CRM with sample data instead; it forgets every change when the run ends")
      ->excludes(url)
      ->group(where);
  run.add_option("--mock-customers", s.mock_customers, "So many lapsed customers besides in the in-memory CRM")
      ->check(CLI::Range(0, 1'000'000))
      ->type_name("N")
      ->group(where);
  run.add_option("--retry-first-ms", s.retry_first_ms,
                 "Wait before the first of three retries, of a call and of a step; doubled for the others")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str()
      ->type_name("MS")
      ->group(where);
  run.add_option("--breaker-ms", s.breaker_ms, "How long calls are spared once the CRM is found down: 500, 5000, 30000")
      ->check(CLI::IsMember({500, 5'000, 30'000}).description(""))
      ->capture_default_str()
      ->type_name("MS")
      ->group(where);
  run.add_option("--mail-drop", s.mail_drop, "Directory that stands for the mail system: a file .eml a mail")
      ->capture_default_str()
      ->type_name("DIR")
      ->group(out);
  run.add_option("--from", s.from, "The sender")->capture_default_str()->type_name("TEXT")->group(out);
  run.add_option(
         "--webhook-env", s.webhook_env,
         "Environment variable that holds the address of a Slack incoming webhook; without it posts are told on "
         "standard error")
      ->type_name("NAME")
      ->group(out);
}

void add_how(CLI::App& run, run_settings& s, std::int64_t& every) {
  const std::string how = "Work";
  run.add_option("--workers", s.workers, "Tasks worked on at once")
      ->check(CLI::Range(1, 64))
      ->capture_default_str()
      ->type_name("N")
      ->group(how);
  run.add_option("--background-ms", every, "Time between two rounds of memory maintenance, and of notes to Slack")
      ->check(CLI::Range(10, 86'400'000))
      ->capture_default_str()
      ->type_name("MS")
      ->group(how);
  run.add_flag("--retry-failed", s.retry_failed, "Begin with what failed before")->group(how);
  run.add_option("--fault-point", s.fault_point, "For tests: die, as by kill -9, at the N-th boundary")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 62U).description(""))
      ->type_name("N")
      ->group(how);
  run.add_flag("--count-fault-points", s.count_fault_points, "For tests: tell how many boundaries there were")
      ->group(how);
}

/// What the options cannot say of themselves.
run_settings conclude(run_settings s, bool mock, std::int64_t every) {
  if (!mock && s.url.empty())
    throw CLI::ValidationError("--url", "the CRM's address is missing: give it with --api-key-env, or use --mock");
  if (!mock && s.mock_customers > 0) throw CLI::ValidationError("--mock-customers", "belongs to --mock");
  if (!normalised_address(read_mailbox(s.from).address))
    throw CLI::ValidationError("--from", "is no mailbox like: Lawn Care <office@example.com>");
  for (const std::string& variable : {s.api_key_env, s.webhook_env.value_or("")})
    if (!variable.empty() && std::getenv(variable.c_str()) == nullptr)
      throw CLI::ValidationError("", "the environment variable " + variable + " is not set");
  s.background_every = milliseconds{every};
  return s;
}

}  // namespace

std::variant<run_settings, status_settings, exit_code> parse_options(int argc, char** argv) {
  CLI::App app{"A small engine for standard operating procedures on the CRM's customers.", "sop_engine"};
  app.set_version_flag("--version", std::string{"sop_engine "} + CRM_CLIENT_VERSION_STRING);
  app.require_subcommand(1);
  app.footer(examples);

  run_settings s;
  s.season = static_cast<int>(today().year());
  s.period = this_month();
  bool mock = false;
  std::int64_t every = s.background_every.count();
  CLI::App& run = *app.add_subcommand("run", "Do a procedure to its end");
  add_what(run, s);
  add_where(run, s, mock);
  add_how(run, s, every);

  status_settings shown;
  CLI::App& status = *app.add_subcommand("status", "Show the tasks: state, step, what they wait for, last error");
  status.add_option("--db", shown.database_file, "The engine's own database")->required()->type_name("FILE");

  try {
    app.parse(argc, argv);
    if (status.parsed()) return shown;
    return conclude(std::move(s), mock, every);
  } catch (const CLI::Success& asked) {
    app.exit(asked);
    return exit_code::done;
  } catch (const CLI::ParseError& wrong) {
    const auto commands = app.get_subcommands();
    say(std::string{wrong.what()} + " (see sop_engine " + (commands.empty() ? "" : commands.front()->get_name() + " ") +
        "--help)");
    return exit_code::usage;
  }
}

}  // namespace sop
