#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "auth.hpp"
#include "routes.hpp"
#include "seed.hpp"
#include "server.hpp"

namespace {

using namespace reference_crm;

struct settings {
  server_options server;
  std::string database_file;
  std::optional<std::int64_t> seed;
  std::string api_key_env;
  double rate_limit = 0;
  double rate_burst = 0;
  retry_after_form form = retry_after_form::seconds;
  std::int64_t max_per_page = 100;
};

void describe(CLI::App& command, settings& chosen) {
  static const std::map<std::string, retry_after_form> forms = {{"seconds", retry_after_form::seconds},
                                                                {"http-date", retry_after_form::http_date}};
  command.add_option("--host", chosen.server.host, "Address to listen on")->capture_default_str();
  command.add_option("--port", chosen.server.port, "Port to listen on; 0 takes any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command.add_option("--db", chosen.database_file, "SQLite file; made if it is not there")->required();
  command.add_option("--seed", chosen.seed, "If the database is empty: fill it with Jane Smith and N others")
      ->check(CLI::Range(0, 1'000'000));
  command.add_option("--api-key-env", chosen.api_key_env,
                     "Environment variable that holds the API key; without this option no key is asked for");
  auto* rate = command.add_option("--rate-limit", chosen.rate_limit, "Requests a second; beyond that 429")
                   ->check(CLI::Range(0.001, 1'000'000.0));
  command.add_option("--rate-burst", chosen.rate_burst, "Requests at once after a quiet time (default: one second's)")
      ->check(CLI::Range(1.0, 1'000'000.0))
      ->needs(rate);
  command.add_option("--retry-after-form", chosen.form, "How a 429 says when to come again: seconds or http-date")
      ->transform(CLI::CheckedTransformer(forms))
      ->default_str("seconds");
  command.add_option("--max-per-page", chosen.max_per_page, "Largest per_page taken")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command.add_option("--threads", chosen.server.threads, "Connections served at the same time, idle ones included")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command.add_flag("--log", chosen.server.log, "A line a request on standard error: method, route, status, time");
  command.footer("The first line on standard output is the base URL. SIGTERM or SIGINT ends the server cleanly.");
}

/// No signal handler runs: one thread waits for the signals that all others block.
sigset_t block_end_signals() {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  return ends;
}

void serve(const settings& chosen, std::unique_ptr<authenticator> auth) {
  const sigset_t ends = block_end_signals();
  database db(chosen.database_file);
  if (chosen.seed) seed(db, *chosen.seed);

  service crm{.db = db, .max_per_page = chosen.max_per_page};
  application app(crm, std::move(auth));
  if (chosen.rate_limit > 0) {
    const double burst = chosen.rate_burst > 0 ? chosen.rate_burst : std::max(1.0, chosen.rate_limit);
    app.limit_rate(chosen.rate_limit, burst, chosen.form);
  }
  server http(app, chosen.server);
  const auto url = "http://" + chosen.server.host + ":" + std::to_string(http.bind());
  std::cout << url << std::endl;
  std::fprintf(stderr, "reference_crm: serving on %s\n", url.c_str());

  std::thread watch([&] {
    int signal = 0;
    sigwait(&ends, &signal);
    http.stop();
  });
  http.run();
  // If the listener ended by itself, the watch is still waiting.
  ::kill(::getpid(), SIGTERM);
  watch.join();
  std::fprintf(stderr, "reference_crm: stopped\n");
}

}  // namespace

int main(int argc, char** argv) {
  settings chosen;
  CLI::App command("A small CRM behind the REST API that crm_client speaks, on SQLite.", "reference_crm");
  describe(command, chosen);
  CLI11_PARSE(command, argc, argv);

  std::unique_ptr<authenticator> auth = std::make_unique<no_auth>();
  if (!chosen.api_key_env.empty()) {
    const char* key = std::getenv(chosen.api_key_env.c_str());
    if (key == nullptr || *key == '\0') {
      std::fprintf(stderr, "reference_crm: the environment variable %s is unset or empty\n",
                   chosen.api_key_env.c_str());
      return 2;
    }
    auth = std::make_unique<api_key_auth>(key);
  }

  try {
    serve(chosen, std::move(auth));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reference_crm: %s\n", error.what());
    return 1;
  }
}
