// A long list over a long way: pages one by one and at once, beside a loop over cpp-httplib and nlohmann as one would
// write it. bench_paging URL REPETITIONS; the key is in CRM_API_KEY. tests/bench/run puts the way before a reference
// CRM.
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <httplib.h>
#include <crm/crm.hpp>
#include <nlohmann/json.hpp>

namespace {

struct plain_customer {
  std::string id, name;
  std::optional<std::string> email, phone, address, city, status, notes;
  std::vector<std::string> services;
  std::vector<int> signed_seasons;
};

std::size_t by_hand(const std::string& url, const std::string& key) {
  httplib::Client client{url};
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  client.set_bearer_token_auth(key.c_str());
  std::vector<plain_customer> all;
  for (int page = 1;; ++page) {
    const auto answer = client.Get(("/api/v1/customers?page=" + std::to_string(page) + "&per_page=100").c_str());
    if (!answer || answer->status != 200) return 0;
    const auto body = nlohmann::json::parse(answer->body);
    for (const auto& each : body.at("customers")) {
      const auto text = [&](const char* name) {
        const auto found = each.find(name);
        return found == each.end() || found->is_null() ? std::nullopt : std::optional{found->get<std::string>()};
      };
      plain_customer c{each.at("id"),
                       each.at("name"),
                       text("email"),
                       text("phone"),
                       text("address"),
                       text("city"),
                       text("status"),
                       text("notes"),
                       {},
                       {}};
      if (each.contains("services") && each["services"].is_array()) each["services"].get_to(c.services);
      if (each.contains("signed_seasons") && each["signed_seasons"].is_array())
        each["signed_seasons"].get_to(c.signed_seasons);
      all.push_back(std::move(c));
    }
    if (body.at("meta").at("total").get<std::size_t>() <= all.size()) return all.size();
  }
}

std::size_t by_client(const std::string& url, int at_once) {
  crm::client_options options;
  options.transport.max_connections = 64;
  const crm::crm_client client{url, crm::api_key::from_env("CRM_API_KEY"), options};
  const auto found =
      client.query(crm::customers, {.per_page = 100, .concurrency = crm::concurrent_requests::of(at_once).value()});
  return found ? found->size() : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string url = argc > 1 ? argv[1] : "";
  const char* key = std::getenv("CRM_API_KEY");
  std::vector<std::pair<std::string, std::function<std::size_t()>>> contestants{
      {"paging/k1/httplib_nlohmann", [&] { return by_hand(url, key); }}};
  for (const int at_once : {1, 2, 4, 8, 16})
    contestants.emplace_back(std::string{"paging/k"} + std::to_string(at_once) + "/ours",
                             [&url, at_once] { return by_client(url, at_once); });
  if (url == "--benchmark_list_tests") {
    for (const auto& [name, run] : contestants) std::cout << name << '\n';
    return 0;
  }

  if (argc != 3 || key == nullptr) return std::cerr << "bench_paging URL REPETITIONS, with CRM_API_KEY\n", 2;
  for (int left = std::atoi(argv[2]); left > 0; --left)
    for (const auto& [name, run] : contestants) {
      const auto begin = std::chrono::steady_clock::now();
      const std::size_t records = run();
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      std::cout << nlohmann::json{{"name", name}, {"records", records}, {"seconds", took.count()}}.dump() << std::endl;
    }
}
