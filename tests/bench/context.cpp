// What a run's figures depend on besides the code: the compiler, its flags, the libraries. Told with every result.
#include <benchmark/benchmark.h>
#include <simdjson.h>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>
#ifdef CRM_CLIENT_WITH_HTTPLIB
#include <httplib.h>
#include <openssl/crypto.h>
#endif
#if __has_include(<rapidjson/rapidjson.h>)
#include <rapidjson/rapidjson.h>
#endif
#ifdef CRM_BENCH_WITH_YYJSON
#include <yyjson.h>
#endif
#ifdef CRM_BENCH_WITH_CURL
#include <curl/curlver.h>
#endif

namespace {

[[maybe_unused]] const bool told = [] {
#ifdef __clang__
  benchmark::AddCustomContext("compiler", "clang " __clang_version__);
#else
  benchmark::AddCustomContext("compiler", "g++ " __VERSION__);
#endif
  benchmark::AddCustomContext("flags", CRM_BENCH_FLAGS);
  benchmark::AddCustomContext("library simdjson", SIMDJSON_STRINGIFY(SIMDJSON_VERSION));
  benchmark::AddCustomContext("library nlohmann",
                              SIMDJSON_STRINGIFY(NLOHMANN_JSON_VERSION_MAJOR) "." SIMDJSON_STRINGIFY(
                                  NLOHMANN_JSON_VERSION_MINOR) "." SIMDJSON_STRINGIFY(NLOHMANN_JSON_VERSION_PATCH));
#ifdef RAPIDJSON_VERSION_STRING
  benchmark::AddCustomContext("library rapidjson", RAPIDJSON_VERSION_STRING);
#endif
  benchmark::AddCustomContext("library Boost", BOOST_LIB_VERSION);
#ifdef CRM_CLIENT_WITH_HTTPLIB
  benchmark::AddCustomContext("library cpp-httplib", CPPHTTPLIB_VERSION);
  benchmark::AddCustomContext("library OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING));
#endif
#ifdef CRM_BENCH_WITH_YYJSON
  benchmark::AddCustomContext("library yyjson", YYJSON_VERSION_STRING);
#endif
#ifdef CRM_BENCH_WITH_CURL
  benchmark::AddCustomContext("library libcurl", LIBCURL_VERSION);
#endif
  // On-Demand is compiled here, for the flags in force, and `builtin_implementation` tells of those that the library
  // was compiled with; stage 1 and the DOM are chosen at run time, for this processor.
  benchmark::AddCustomContext("simdjson On-Demand", SIMDJSON_STRINGIFY(SIMDJSON_BUILTIN_IMPLEMENTATION));
  benchmark::AddCustomContext("simdjson stage 1 and DOM", simdjson::get_active_implementation()->name());
  return true;
}();

}  // namespace
