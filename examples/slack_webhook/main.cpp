// Finds customers, each in a task and a thread of its own. Every event is a line of JSON on standard output; a
// credential that fails is posted to Slack, once, however many calls fail by it.
//
//   CRM_API_KEY=... SLACK_WEBHOOK_URL=... slack_webhook https://crm.example.com ID...
//
// SLACK_WEBHOOK_URL_FILE may name a file that holds the webhook's address instead.
#include "slack_webhook.hpp"

#include <crm/crm.hpp>
#include <crm/observe/several.hpp>
#include <crm/observe/task_events.hpp>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

crm::result<crm::secret> webhook_address() {
  const char* file = std::getenv("SLACK_WEBHOOK_URL_FILE");
  return file != nullptr ? crm::secret::from_file(file) : crm::secret::from_env("SLACK_WEBHOOK_URL");
}

/// One line on standard error, from any thread.
void say(const std::string& line) { std::cerr << line + "\n"; }

int run(const char* url, const std::vector<std::string>& ids) {
  escalation::slack_options options;
  options.on_failure = [](std::string_view what) { say("slack_webhook: " + std::string{what}); };

  const crm::basic_crm_client client{
      crm::httplib_transport{url},
      crm::default_retry{},
      crm::task_cache{},
      crm::api_key::from_env("CRM_API_KEY"),
      crm::client_options{},
      crm::several_observers{crm::task_events_to(std::cout),
                             escalation::slack_webhook{webhook_address(), std::move(options)}}};

  std::atomic<bool> all_found{true};
  std::vector<std::jthread> threads;
  for (const std::string& id : ids)
    threads.emplace_back([&] {
      const auto found = client.for_task("find-" + id).find(id);
      if (!found) say(to_string(found.error()));
      if (!found || !*found) all_found = false;
    });
  threads.clear();
  return all_found ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    say("usage: slack_webhook URL ID...");
    return 2;
  }
  try {
    return run(argv[1], {argv + 2, argv + argc});
  } catch (const crm::exception& unusable) {
    say(unusable.what());
    return 1;
  }
}
