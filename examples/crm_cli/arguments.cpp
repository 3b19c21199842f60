#include "arguments.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>

#include "credential_options.hpp"
#include "customer_options.hpp"
#include "options.hpp"
#include "values.hpp"

#include "crm_check/check.hpp"

#include <crm/version.hpp>

namespace crm_cli {

namespace {

constexpr auto examples = R"(Examples:
  export CRM_URL=https://crm.example.com CRM_API_KEY=...
  crm query --status past --services fertilizer,weed_control --not-signed-for-season 2026
  crm query --city Eagan --last-service-before 2025-11-01 --csv > eagan.csv
  crm search smyth --json | jq -r .email
  crm create --name 'Jane Smith' --email jane@example.com --status lead
  crm update ID --status active --notes 'Re-signed' --clear source
  crm invoices --status overdue --due-before 2026-01-01
  crm interactions ID --direction inbound --since 2026-01-15
  crm query --mock            the in-memory CRM: no address, no key
  crm check --junit rules.xml   does the CRM keep the contract? docs/conformance.md

Other credentials than an API key, none of them on the command line:
  crm find ID --auth oauth2 --oauth-token-endpoint URL --oauth-client-id ID   secret in CRM_OAUTH_CLIENT_SECRET
  crm find ID --auth hmac --hmac-key-id ID                                    secret in CRM_HMAC_SECRET

On a terminal the output is a table, elsewhere JSON, an object a line.
Durations are written 500ms, 3s, 2m; dates 2025-11-01.
`crm COMMAND --help` shows a command's options.

Exit status:
  0 done   1 refused by the CRM, or failed otherwise   2 usage   3 no such customer
  4 credential missing, wrong, or not allowed to do this   5 no answer, or none in time
  6 an answer, or a rule of `crm check`, that breaks the contract   130 interrupted)";

/// What the options write to, before it is known which command is meant.
struct spoken {
  settings common;
  bool json = false, csv = false, table = false;
  std::optional<std::string> events{}, junit{};
  check_settings check{};
  query_command query{};
  find_command find{};
  search_command search{};
  customer_fields fields{};
  update_command update{};
  invoices_command invoices{};
  interactions_command interactions{};
};

[[noreturn]] void refuse(const std::string& option, const std::string& why) { throw CLI::ValidationError(option, why); }

/// Where the CRM is, and how to be let in.
void add_connection(CLI::App& app, spoken& to) {
  settings& s = to.common;
  const std::string where = "The CRM";
  add_value(app, "--url", s.url, read_url, "URL", "Address of the CRM (or set CRM_URL)")->group(where);
  app.add_option("--ca-file", s.transport.ca_file, "PEM file of the authorities to trust, instead of the system's")
      ->type_name("FILE")
      ->check(CLI::ExistingFile.description(""))
      ->group(where);
  app.add_option_function<std::string>(
         "--timeout",
         [&s](const std::string& text) {
           const auto time = read_duration(text);
           if (!time) refuse("--timeout", time.error().message);
           s.transport.connect_timeout = s.transport.read_timeout = *time;
         },
         "Longest wait to connect (default 5s), and for the next bytes (default 10s)")
      ->type_name("TIME")
      ->group(where);
  add_credential_options(app, s.credential);
}

void add_common(CLI::App& app, spoken& to) {
  settings& s = to.common;
  const std::string where = "The CRM", how = "Output", trace = "Tracing";
  add_connection(app, to);
  app.add_flag("--mock", s.mock, "Use an in-memory CRM with sample data instead; it forgets every change")
      ->group(where);
  add_value(app, "--deadline", s.call.deadline, read_duration, "TIME",
            "Time for the command, retries and all pages included (default 60s for each request)")
      ->group(where);
  add_value(app, "--retries", s.retry, read_retries, "N", "Retries after 2s, 4s, 8s, ... (default 3; 0 for none)")
      ->group(where);
  add_value(app, "--per-page", s.call.per_page, read_page_size, "N", "Records a request, 1 to 100 (default 25)")
      ->group(where);
  add_value(app, "--concurrency", s.call.concurrency, read_concurrency, "N",
            "Pages of a list asked for at once, 1 to 64 (default 1)")
      ->group(where);
  add_value(app, "--events", to.events, read_text, "FILE",
            "Append an event a line to this file, as JSON: TaskEvents; none holds a credential or customer data")
      ->group(trace);
  add_value(app, "--task", s.task, read_text, "ID", "The task that this belongs to, for the events")->group(trace);
  add_value(app, "--traceparent", s.call.traceparent, read_text, "VALUE", "Pass this on to the CRM (W3C Trace Context)")
      ->group(trace);
  app.add_flag("-v,--verbose", s.verbose, "Tell what happens on standard error, a line an event")->group(trace);
  app.add_flag("--json", to.json, "JSON, an object a line")->group(how);
  app.add_flag("--csv", to.csv, "CSV (RFC 4180), a header line first")->group(how);
  app.add_flag("--table", to.table, "An aligned table, control characters escaped")->group(how);
}

void add_write_options(CLI::App& app, spoken& to) {
  add_value(app, "--idempotency-key", to.common.call.idempotency_key, read_idempotency_key, "KEY",
            "Name this write, so that the CRM does it once however often it is sent");
}

void add_version_option(CLI::App& app, spoken& to) {
  app.add_flag("--with-version", to.common.with_version, "Add the field `version`, for update --if-match")
      ->group("Output");
}

CLI::App& add_command(CLI::App& app, spoken& to, const std::string& name, const std::string& help,
                      const std::string& footer) {
  CLI::App& command = *app.add_subcommand(name, help);
  command.footer(footer);
  add_common(command, to);
  return command;
}

void add_commands(CLI::App& app, spoken& to) {
  CLI::App& query = add_command(app, to, "query", "List customers; filters combine with AND",
                                "Example: crm query --status past --not-signed-for-season 2026 --per-page 100");
  auto& customers = to.query.wanted;
  add_value(query, "--status", customers.status, read_status, "WORD", "active, past, lead, cold, or another word");
  add_value(query, "--services", customers.services, read_services, "A,B",
            "Any of these: fertilizer, weed_control, mowing, snow_removal, or other words");
  add_value(query, "--not-signed-for-season", customers.not_signed_for_season, read_season, "YEAR",
            "Not signed for this year");
  add_value(query, "--last-service-before", customers.last_service_before, read_date, "DATE",
            "Last served before this day");
  add_value(query, "--city", customers.city, read_text, "TEXT", "In this city, compared exactly");

  CLI::App& find = add_command(app, to, "find", "Show one customer", "Ends with 3 if there is none of this id.");
  add_value(find, "ID", to.find.id, read_id, "", "The customer's id")->required();
  add_version_option(find, to);

  CLI::App& search = add_command(app, to, "search", "Find customers by name, email or phone, best match first",
                                 "Case, accents and a misspelt letter do not matter: crm search smyth");
  add_value(search, "TEXT", to.search.text, read_text, "", "What to look for")->required();

  CLI::App& create = add_command(app, to, "create", "Add a customer, and show it",
                                 "Example: crm create --name 'Jane Smith' --city Eagan --services mowing");
  add_customer_fields(create, to.fields)->required();
  add_write_options(create, to);
  add_version_option(create, to);

  CLI::App& update = add_command(app, to, "update", "Change the named fields of a customer, and show it",
                                 "Example: crm update ID --status active --signed-seasons 2025,2026 --clear notes");
  add_value(update, "ID", to.update.id, read_id, "", "The customer's id")->required();
  add_customer_fields(update, to.fields);
  add_clear(update, to.fields);
  add_value(update, "--if-match", to.update.version, read_version, "VERSION",
            "Only if the customer still has this version (from find --with-version)");
  add_write_options(update, to);
  add_version_option(update, to);

  CLI::App& invoices = add_command(app, to, "invoices", "List invoices; filters combine with AND",
                                   "Example: crm invoices --status overdue --due-before 2026-01-01");
  auto& bills = to.invoices.wanted;
  add_value(invoices, "--status", bills.status, read_invoice_status, "WORD", "draft, open, overdue or paid");
  add_value(invoices, "--customer-id", bills.customer_id, read_id, "ID", "Of this customer");
  add_value(invoices, "--due-before", bills.due_before, read_date, "DATE", "Due before this day");

  CLI::App& contacts = add_command(app, to, "interactions", "List the contacts with a customer",
                                   "Example: crm interactions ID --direction inbound --since 2026-01-15T12:00:00Z");
  add_value(contacts, "ID", to.interactions.customer_id, read_id, "", "The customer's id")->required();
  add_value(contacts, "--since", to.interactions.wanted.since, read_moment, "TIME",
            "At this time or later: 2026-01-15T12:00:00Z, or a day");
  add_value(contacts, "--direction", to.interactions.wanted.direction, read_direction, "WORD",
            "inbound (from the customer) or outbound");
}

void add_check(CLI::App& app, spoken& to) {
  CLI::App& check = *app.add_subcommand("check", "Prove the contract's rules on a CRM, one by one; changes nothing");
  check.footer(
      "Example: crm check https://crm.example.com --api-key-env CRM_API_KEY --junit rules.xml\n"
      "Ends with 0 where no rule failed, with 6 where one did, and with 4 or 5 where the CRM could not be asked.");
  add_connection(check, to);
  add_value(check, "URL", to.common.url, read_url, "", "Address of the CRM, in place of --url");
  add_value(check, "--deadline", to.common.call.deadline, read_duration, "TIME", "Time for the check (default 5m)")
      ->group("The CRM");
  const std::string what = "Rules", how = "Output";
  check
      .add_flag(
          "--write", to.check.write,
          "Prove the rules of creates and updates too. The contract has no delete: the customers made are emptied "
          "and remain, with the source crm-check")
      ->group(what);
  check.add_flag("--require-extensions", to.check.require_extensions, "An extension that is missing is a failure")
      ->group(what);
  add_value(
      check, "--read-only-key-env", to.check.read_only_key_env, read_text, "NAME",
      "Environment variable that holds an API key which may read only: with --write, a create with it must be 403")
      ->group(what);
  check.add_option("--burst", to.check.burst, "Send up to so many requests without a pause, to meet a rate limit")
      ->type_name("N")
      ->check(CLI::Range(1, 1000))
      ->group(what);
  check
      .add_flag_callback(
          "--rules",
          [] {
            std::cout << crm_check::rules_in_markdown();
            throw CLI::Success{};
          },
          "Show the rules, and end")
      ->group(what);
  add_value(check, "--junit", to.junit, read_text, "FILE", "Write a report there too, in the form of JUnit")
      ->group(how);
  check.add_flag("--json", to.json, "JSON, a rule a line")->group(how);
  check.add_flag("--table", to.table, "An aligned table")->group(how);
}

command chosen(const CLI::App& app, spoken& from) {
  const std::string name = app.get_subcommands().front()->get_name();
  if (name == "query") return from.query;
  if (name == "find") return from.find;
  if (name == "search") return from.search;
  if (name == "create") return create_command{to_new_customer(from.fields)};
  if (name == "update") return update_command{from.update.id, to_patch(from.fields), from.update.version};
  if (name == "invoices") return from.invoices;
  return from.interactions;
}

settings conclude(spoken& from) {
  settings made = std::move(from.common);
  if (from.json + from.csv + from.table > 1) refuse("--json, --csv, --table", "choose one");
  if (from.json) made.format = format::json;
  if (from.csv) made.format = format::csv;
  if (from.table) made.format = format::table;

  if (made.mock && !made.url.empty()) refuse("--mock", "is instead of --url: leave one out");
  const char* address = std::getenv("CRM_URL");
  if (!made.mock && made.url.empty() && address != nullptr) {
    auto url = read_url(address);
    if (!url) refuse("CRM_URL", url.error().message);
    made.url = *url;
  }
  if (!made.mock && made.url.empty())
    refuse("--url", "the CRM's address is missing: give it here or in CRM_URL, or use --mock");

  check_credential_options(made.credential);
  if (from.events) {
    auto opened = event_file::open(*from.events);
    if (!opened) refuse("--events", opened.error().message);
    made.events = *std::move(opened);
  }
  return made;
}

/// What stands before `check` is for all commands: not to be ignored where a check makes nothing of it.
void refuse_others_options(const CLI::App& app, const CLI::App& check) {
  for (const auto* option : app.get_options())
    if (option->count() > 0 && check.get_option_no_throw(option->get_name()) == nullptr)
      refuse(option->get_name(), "a check has no such option");
}

check_settings conclude_check(spoken& from) {
  check_settings made = std::move(from.check);
  made.common = conclude(from);
  if (from.junit) {
    descriptor file{::open(from.junit->c_str(), O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644)};
    if (!file) refuse("--junit", std::string{"the file cannot be written: "} + std::strerror(errno));
    made.junit = std::move(file);
  }
  return made;
}

}  // namespace

std::variant<settings, check_settings, exit_code> parse_arguments(int argc, char** argv) {
  CLI::App app{"Customers, invoices and contacts of the CRM on the command line.", "crm"};
  spoken said;
  said.common.retry = *crm::retry_schedule::exponential(3);
  app.set_version_flag("--version", std::string{"crm "} + CRM_CLIENT_VERSION_STRING);
  app.require_subcommand(1);
  app.footer(examples);
  add_common(app, said);
  add_commands(app, said);
  add_check(app, said);
  try {
    app.parse(argc, argv);
    if (const auto* check = app.get_subcommands().front(); check->get_name() == "check") {
      refuse_others_options(app, *check);
      return conclude_check(said);
    }
    settings made = conclude(said);
    made.command = chosen(app, said);
    return made;
  } catch (const CLI::Success& asked) {
    app.exit(asked);
    return exit_code::done;
  } catch (const CLI::ParseError& wrong) {
    const auto commands = app.get_subcommands();
    const auto unknown = app.remaining();
    const bool misspelt = commands.empty() && !unknown.empty();
    complain((misspelt ? "there is no command or option " + unknown.front() : std::string{wrong.what()}) +
             " (see crm " + (commands.empty() ? "" : commands.front()->get_name() + " ") + "--help)");
    return exit_code::usage;
  }
}

}  // namespace crm_cli
