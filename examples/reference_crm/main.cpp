#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "admin.hpp"
#include "auth/gate.hpp"
#include "auth/token_endpoint.hpp"
#include "breaks.hpp"
#include "options.hpp"
#include "routes.hpp"
#include "seed.hpp"
#include "server.hpp"

namespace {

using namespace reference_crm;

/// No signal handler runs: one thread waits for the signals that all others block.
sigset_t block_end_signals() {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  return ends;
}

/// The command line, or the environment it points to, cannot be used.
struct bad_setting : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string secret_from(const std::string& variable) {
  const char* found = std::getenv(variable.c_str());
  if (found == nullptr || *found == '\0') {
    throw bad_setting("the environment variable " + variable + " is unset or empty");
  }
  return found;
}

std::string api_key_from(const std::string& variable) {
  auto key = secret_from(variable);
  if (!can_be_sent(key)) {
    throw bad_setting("the API key in " + variable + " must be visible ASCII characters without %");
  }
  return key;
}

void add_credentials(gate& guard, std::optional<token_endpoint>& tokens, const settings& chosen) {
  for (const auto& variable : chosen.api_key_envs) guard.add_api_key(api_key_from(variable));
  for (const auto& variable : chosen.read_only_key_envs) guard.add_read_only_key(api_key_from(variable));
  if (chosen.hmac_keys.size() != chosen.hmac_secret_envs.size()) {
    throw bad_setting("each --hmac-key needs a --hmac-secret-env of its own");
  }
  for (std::size_t i = 0; i < chosen.hmac_keys.size(); ++i) {
    if (!guard.add_hmac_key(chosen.hmac_keys[i], secret_from(chosen.hmac_secret_envs[i]))) {
      throw bad_setting("--hmac-key " + chosen.hmac_keys[i] + " is there twice");
    }
  }
  if (chosen.oauth_client.empty()) return;
  auto& store = guard.serve_tokens(std::chrono::seconds(chosen.token_lifetime));
  if (!chosen.refresh_token_env.empty()) store.begin_family(secret_from(chosen.refresh_token_env));
  tokens.emplace(chosen.oauth_client, secret_from(chosen.oauth_secret_env), store, guard.counts());
}

/// The admin listener, on a thread of its own.
class admin_listener {
 public:
  admin_listener(gate& guard, token_endpoint* tokens, const settings& chosen)
      : admin_(guard, tokens),
        http_([this](const request& asked) { return admin_.handle(asked); },
              {.port = *chosen.admin_port, .threads = 4, .log = chosen.server.log, .clock = chosen.server.clock}),
        port_(http_.bind()) {}
  admin_listener(const admin_listener&) = delete;
  admin_listener& operator=(const admin_listener&) = delete;
  ~admin_listener() {
    if (!thread_.joinable()) return;
    http_.stop();
    thread_.join();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void start() {
    thread_ = std::thread([this] { http_.run(); });
  }

 private:
  admin admin_;
  server http_;
  int port_;
  std::thread thread_;
};

void serve(const settings& chosen) {
  const sigset_t ends = block_end_signals();
  gate guard(chosen.server.clock, chosen.hmac_nonces);
  std::optional<token_endpoint> tokens;
  add_credentials(guard, tokens, chosen);
  database db(chosen.database_file);
  if (chosen.seed) seed(db, *chosen.seed);

  service crm{.db = db, .max_per_page = chosen.max_per_page};
  application app(crm, guard, tokens ? &*tokens : nullptr, chosen.server.clock);
  if (chosen.rate_limit > 0) {
    const double burst = chosen.rate_burst > 0 ? chosen.rate_burst : std::max(1.0, chosen.rate_limit);
    app.limit_rate(chosen.rate_limit, burst, chosen.form);
  }
  request_handler handle = [&](const request& asked) { return app.handle(asked); };
  if (!chosen.broken_rule.empty()) handle = broken(chosen.broken_rule, std::move(handle));
  server http(std::move(handle), chosen.server);
  const auto url = "http://" + chosen.server.host + ":" + std::to_string(http.bind());
  std::optional<admin_listener> admin_http;
  if (chosen.admin_port) admin_http.emplace(guard, tokens ? &*tokens : nullptr, chosen);
  std::cout << url << std::endl;
  if (admin_http) std::cout << admin_http->url() << std::endl;
  std::fprintf(stderr, "reference_crm: serving on %s\n", url.c_str());

  if (admin_http) admin_http->start();
  std::thread watch([&] {
    int signal = 0;
    sigwait(&ends, &signal);
    if (tokens) tokens->faults().release();
    http.stop();
  });
  http.run();
  // If the listener ended by itself, the watch is still waiting.
  ::kill(::getpid(), SIGTERM);
  watch.join();
  admin_http.reset();
  std::fprintf(stderr, "reference_crm: stopped\n");
}

}  // namespace

int main(int argc, char** argv) {
  settings chosen;
  CLI::App command("A small CRM behind the REST API that crm_client speaks, on SQLite.", "reference_crm");
  describe(command, chosen);
  CLI11_PARSE(command, argc, argv);
  chosen.server.clock.offset = std::chrono::seconds(chosen.clock_offset);

  try {
    serve(chosen);
    return 0;
  } catch (const bad_setting& error) {
    std::fprintf(stderr, "reference_crm: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reference_crm: %s\n", error.what());
    return 1;
  }
}
