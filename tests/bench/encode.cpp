// How fast a new customer becomes the body of a request.
#include <cstdlib>
#include <string>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>
#if __has_include(<rapidjson/writer.h>)
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#endif

#include <crm/json/encode.hpp>
#include <crm/query/patch.hpp>

namespace {

void create_body(benchmark::State& state) {
  const auto jane = crm::new_customer{"Jane Smith"}
                        .email("jane@example.com")
                        .phone("612-555-1234")
                        .address("123 Elm Street")
                        .city("Eagan")
                        .state("MN")
                        .zip("55122")
                        .status(crm::status::lead)
                        .notes("Asked for a quote by e-mail, and prefers to be called in the evening");
  for (auto _ : state) {
    auto body = crm::json::encode_attributes(jane);
    if (!body) std::abort();
    benchmark::DoNotOptimize(body->data());
  }
}

void create_body_nlohmann(benchmark::State& state) {
  for (auto _ : state) {
    const nlohmann::json body{{"customer",
                               {{"name", "Jane Smith"},
                                {"email", "jane@example.com"},
                                {"phone", "612-555-1234"},
                                {"address", "123 Elm Street"},
                                {"city", "Eagan"},
                                {"state", "MN"},
                                {"zip", "55122"},
                                {"status", "lead"},
                                {"notes", "Asked for a quote by e-mail, and prefers to be called in the evening"}}}};
    benchmark::DoNotOptimize(body.dump().data());
  }
}

#if __has_include(<rapidjson/writer.h>)
void create_body_rapidjson(benchmark::State& state) {
  for (auto _ : state) {
    rapidjson::StringBuffer out;
    rapidjson::Writer<rapidjson::StringBuffer> writer{out};
    const auto member = [&](const char* key, const char* text) { writer.Key(key), writer.String(text); };
    writer.StartObject();
    writer.Key("customer");
    writer.StartObject();
    member("name", "Jane Smith");
    member("email", "jane@example.com");
    member("phone", "612-555-1234");
    member("address", "123 Elm Street");
    member("city", "Eagan");
    member("state", "MN");
    member("zip", "55122");
    member("status", "lead");
    member("notes", "Asked for a quote by e-mail, and prefers to be called in the evening");
    writer.EndObject();
    writer.EndObject();
    benchmark::DoNotOptimize(out.GetString());
  }
}
BENCHMARK(create_body_rapidjson)->Name("encode/create/rapidjson");
#endif

BENCHMARK(create_body)->Name("encode/create/ours");
BENCHMARK(create_body_nlohmann)->Name("encode/create/nlohmann");

}  // namespace
