// How fast a page becomes records, beside what else reads JSON. An argument is the number of customers on the page.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>
#if __has_include(<rapidjson/document.h>)
#include <rapidjson/document.h>
#else
#pragma message("rapidjson is not measured: install rapidjson-dev")
#endif
#include <simdjson.h>

#include <crm/json/document.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/page.hpp>

#include "bench/page_body.hpp"

namespace {

namespace ondemand = simdjson::ondemand;
using bench::page_kind;
using crm::json::detail::cursor;
using crm::json::detail::tokenized;

std::size_t customers(const benchmark::State& state) { return static_cast<std::size_t>(state.range(0)); }

void finish(benchmark::State& state, const std::string& body) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

template <class T>
T checked(crm::result<T> read) {
  if (!read) std::abort();
  return *std::move(read);
}

// --- ours -----------------------------------------------------------------------------------------------------------

/// As a client does it: the body comes with the answer, and the page takes it.
template <page_kind Kind>
void views(benchmark::State& state) {
  std::string body = bench::page_body(customers(state), Kind);
  finish(state, body);
  for (auto _ : state) {
    auto page = checked(crm::json::decode_page<crm::customer_view>(std::move(body)));
    benchmark::DoNotOptimize(page.records().data());
    body = std::move(std::move(page).recycle().text->body);
  }
}

template <page_kind Kind>
void views_reused(benchmark::State& state) {
  std::string body = bench::page_body(customers(state), Kind);
  finish(state, body);
  crm::page<crm::customer_view>::spent used;
  for (auto _ : state) {
    auto page = checked(crm::json::decode_page<crm::customer_view>(std::move(body), std::move(used)));
    benchmark::DoNotOptimize(page.records().data());
    used = std::move(page).recycle();
    body = std::move(used.text->body);
  }
}

template <page_kind Kind>
void values(benchmark::State& state) {
  const std::string body = bench::page_body(customers(state), Kind);
  finish(state, body);
  for (auto _ : state) {
    const auto page = checked(crm::json::decode_page<crm::customer>(body));
    benchmark::DoNotOptimize(page.records().data());
  }
}

// --- the same tokens, read by hand: what the field list of Hana costs
// ----------------------------------------------------

class by_hand {
 public:
  by_hand(cursor& at, crm::detail::arena& store) : at_{at}, store_{store} {}

  bool record(crm::customer_view& c) {
    return at_.take('{') && at_.take_key("\"id\"") && text(c.id) && next("\"name\"") && text(c.name) &&
           next("\"email\"") && text(c.email) && next("\"phone\"") && text(c.phone) && next("\"address\"") &&
           text(c.address) && next("\"city\"") && text(c.city) && next("\"state\"") && text(c.state) &&
           next("\"zip\"") && text(c.zip) && next("\"services\"") && services(c) && next("\"status\"") && status(c) &&
           next("\"last_service_date\"") && moment(c.last_service_date) && next("\"notes\"") && text(c.notes) &&
           next("\"source\"") && text(c.source) && next("\"created_at\"") && moment(c.created_at) &&
           next("\"signed_seasons\"") && seasons(c) && at_.take('}');
  }

 private:
  template <std::size_t N>
  bool next(const char (&quoted)[N]) {
    return at_.take(',') && at_.take_key(quoted);
  }
  bool text(std::string_view& out) {
    const auto read = at_.text();
    if (read) out = *read;
    return read.has_value();
  }
  bool text(std::optional<std::string_view>& out) {
    if (at_.peek() == 'n') return at_.word("null");
    out = at_.text();
    return out.has_value();
  }
  bool status(crm::customer_view& c) {
    std::optional<std::string_view> word;
    if (!text(word)) return false;
    if (word) c.status.emplace(*word);
    return true;
  }
  template <class T>
  bool moment(std::optional<T>& out) {
    if (at_.peek() == 'n') return at_.word("null");
    const auto read = at_.text();
    return read && (out = T::read(*read));
  }
  bool services(crm::customer_view& c) {
    if (at_.peek() == 'n') return at_.word("null");
    auto* const place = store_.allocate<crm::service_view>(at_.measure().items);
    std::size_t size = 0;
    const bool sound = at_.array([&] {
      const auto word = at_.text();
      if (word) std::construct_at(place + size++, *word);
      return word.has_value();
    });
    c.services = {place, size};
    return sound;
  }
  bool seasons(crm::customer_view& c) {
    if (at_.peek() == 'n') return at_.word("null");
    auto* const place = store_.allocate<crm::season>(at_.measure().items);
    std::size_t size = 0;
    const bool sound = at_.array([&] {
      const auto year = at_.integer<int>();
      auto read = year ? crm::season::of(*year) : crm::season::of(0);
      if (read) std::construct_at(place + size++, *read);
      return read.has_value();
    });
    c.signed_seasons = {place, size};
    return sound;
  }

  cursor& at_;
  crm::detail::arena& store_;
};

template <class Read>
void all_records(benchmark::State& state, Read read) {
  const std::string body = bench::page_body(customers(state));
  finish(state, body);
  crm::detail::arena store;
  std::vector<crm::customer_view> records;
  records.reserve(customers(state));
  for (auto _ : state) {
    records.clear();
    store.clear();
    const tokenized tokens{body};
    cursor at{body, tokens.get(), store};
    const bool sound = at.object([&](std::string_view key) {
      if (key != "customers") return at.skip();
      return at.array([&] { return read(at, store, records.emplace_back()); });
    });
    if (!sound) std::abort();
    benchmark::DoNotOptimize(records.data());
  }
}
void fields_by_hand(benchmark::State& state) {
  all_records(state, [](cursor& at, auto& store, crm::customer_view& c) { return by_hand{at, store}.record(c); });
}
void fields_by_hana(benchmark::State& state) {
  all_records(state, [](cursor& at, auto& store, crm::customer_view& c) {
    return crm::json::detail::quick_reader{at, store}.fields(c);
  });
}

// --- simdjson
// ----------------------------------------------------------------------------------------------------------

void simdjson_stage_1(benchmark::State& state) {
  const std::string body = bench::page_body(customers(state));
  finish(state, body);
  for (auto _ : state) benchmark::DoNotOptimize(tokenized{body}.get().data());
}

/// Every key and value of every customer; nothing is unescaped, converted or kept.
void ondemand_traversal(benchmark::State& state) {
  const simdjson::padded_string body{bench::page_body(customers(state))};
  finish(state, std::string{body});
  ondemand::parser parser;
  for (auto _ : state) {
    ondemand::document document = parser.iterate(body);
    std::size_t count = 0;
    for (ondemand::object customer : document["customers"])
      for (auto&& field : customer) {
        ondemand::raw_json_string key = field.key();
        count += static_cast<std::size_t>(key.raw()[0]);
        auto&& value = field.value();
        ondemand::raw_json_string text;
        if (value.get(text) == simdjson::SUCCESS) ++count;
      }
    benchmark::DoNotOptimize(count);
  }
}

/// What a user writes who wants the fields of every customer as strings.
void ondemand_into_strings(benchmark::State& state) {
  const simdjson::padded_string body{bench::page_body(customers(state))};
  finish(state, std::string{body});
  struct customer {
    std::string id, name, email, phone, address, city, state, zip, status, last_service_date, notes, source, created_at;
    std::vector<std::string> services;
    std::vector<std::int64_t> signed_seasons;
  };
  ondemand::parser parser;
  for (auto _ : state) {
    ondemand::document document = parser.iterate(body);
    std::vector<customer> records;
    for (ondemand::object from : document["customers"]) {
      customer& c = records.emplace_back();
      for (auto&& field : from) {
        const std::string_view key = field.unescaped_key();
        auto&& value = field.value();
        const auto text = [&](std::string& out) {
          std::string_view read;
          if (value.get(read) == simdjson::SUCCESS) out = read;
        };
        if (key == "id")
          text(c.id);
        else if (key == "name")
          text(c.name);
        else if (key == "email")
          text(c.email);
        else if (key == "phone")
          text(c.phone);
        else if (key == "address")
          text(c.address);
        else if (key == "city")
          text(c.city);
        else if (key == "state")
          text(c.state);
        else if (key == "zip")
          text(c.zip);
        else if (key == "status")
          text(c.status);
        else if (key == "last_service_date")
          text(c.last_service_date);
        else if (key == "notes")
          text(c.notes);
        else if (key == "source")
          text(c.source);
        else if (key == "created_at")
          text(c.created_at);
        else if (key == "services")
          for (std::string_view each : value) c.services.emplace_back(each);
        else if (key == "signed_seasons")
          for (std::int64_t each : value) c.signed_seasons.push_back(each);
      }
    }
    benchmark::DoNotOptimize(records.data());
  }
}

void simdjson_dom(benchmark::State& state) {
  const simdjson::padded_string body{bench::page_body(customers(state))};
  finish(state, std::string{body});
  simdjson::dom::parser parser;
  for (auto _ : state) {
    simdjson::dom::element root;
    if (parser.parse(body).get(root) != simdjson::SUCCESS) std::abort();
    benchmark::DoNotOptimize(root);
  }
}

// --- others ---------------------------------------------------------------------------------------------------------

#if __has_include(<rapidjson/document.h>)
void rapidjson_dom(benchmark::State& state) {
  const std::string body = bench::page_body(customers(state));
  finish(state, body);
  for (auto _ : state) {
    rapidjson::Document document;
    document.Parse(body.data(), body.size());
    if (document.HasParseError()) std::abort();
    benchmark::DoNotOptimize(document.IsObject());
  }
}
#endif

void nlohmann_dom(benchmark::State& state) {
  const std::string body = bench::page_body(customers(state));
  finish(state, body);
  for (auto _ : state) {
    auto document = nlohmann::json::parse(body);
    benchmark::DoNotOptimize(document);
  }
}

#define CRM_PAGES Arg(25)->Arg(10'000)
BENCHMARK(simdjson_stage_1)->CRM_PAGES;
BENCHMARK(ondemand_traversal)->CRM_PAGES;
BENCHMARK(views<page_kind::ordered>)->CRM_PAGES;
BENCHMARK(views<page_kind::shuffled>)->CRM_PAGES;
BENCHMARK(views<page_kind::escaped>)->CRM_PAGES;
BENCHMARK(views_reused<page_kind::ordered>)->CRM_PAGES;
BENCHMARK(views_reused<page_kind::shuffled>)->CRM_PAGES;
BENCHMARK(values<page_kind::ordered>)->CRM_PAGES;
BENCHMARK(fields_by_hand)->CRM_PAGES;
BENCHMARK(fields_by_hana)->CRM_PAGES;
BENCHMARK(ondemand_into_strings)->CRM_PAGES;
BENCHMARK(simdjson_dom)->CRM_PAGES;
#if __has_include(<rapidjson/document.h>)
BENCHMARK(rapidjson_dom)->CRM_PAGES;
#endif
BENCHMARK(nlohmann_dom)->CRM_PAGES;

}  // namespace
