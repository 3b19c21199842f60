#include <crm/testing/recording.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using crm::testing::recorded_exchange;
using crm::testing::recording;

recording some() {
  recording made;
  made.exchanges.push_back({{crm::http::method::post, "/api/v1/customers?a=b%20c&d=", {{"Accept", "*/*"}}, "{\"a\":1}"},
                            crm::http::response{201, {{"Content-Type", "application/json"}}, "{\"b\":\"\\n\u00e9\"}"},
                            1'500ms,
                            20ms});
  made.exchanges.push_back(
      {{crm::http::method::get, "/api/v1/invoices", {}, {}},
       tl::unexpected{crm::transport_failure{crm::errc::unreachable, crm::delivery::not_sent, "no route"}},
       3s,
       0ms});
  return made;
}

/// A folder that goes with the test.
class folder {
 public:
  folder() {
    if (::mkdtemp(name_.data()) == nullptr) throw std::runtime_error{"mkdtemp"};
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder() { std::filesystem::remove_all(name_); }
  [[nodiscard]] std::string operator/(const std::string& file) const { return name_ + "/" + file; }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator{name_}, std::filesystem::directory_iterator{}));
  }

 private:
  std::string name_ = std::filesystem::temp_directory_path() / "crm_recording.XXXXXX";
};

TEST_CASE("a recording is what it was once it was written and read", "[testing]") {
  const auto first = some();
  const auto read = recording::from_har(first.to_har()).value();
  CHECK(read.redacted);
  REQUIRE(read.exchanges.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto &a = first.exchanges[i].request, &b = read.exchanges[i].request;
    CHECK(a.method == b.method);
    CHECK(a.target == b.target);
    CHECK(a.headers == b.headers);
    CHECK(a.body == b.body);
  }
  CHECK(read.exchanges[0].outcome->status == 201);
  CHECK(read.exchanges[0].outcome->body == first.exchanges[0].outcome->body);
  CHECK(read.exchanges[0].outcome->headers == first.exchanges[0].outcome->headers);
  CHECK(read.exchanges[1].outcome.error().code == crm::errc::unreachable);
  CHECK(read.exchanges[1].outcome.error().sent == crm::delivery::not_sent);
  auto plain = some();
  plain.redacted = false;
  CHECK_FALSE(recording::from_har(plain.to_har()).value().redacted);
}

TEST_CASE("the file has every member that HAR 1.2 asks for", "[testing]") {
  const auto log = nlohmann::json::parse(some().to_har()).at("log");
  CHECK(log.at("version") == "1.2");
  CHECK(log.at("creator").at("name") == "crm_client");
  CHECK(log.at("creator").contains("version"));
  for (const auto& entry : log.at("entries")) {
    CHECK(entry.at("time").is_number());
    CHECK(entry.at("cache").is_object());
    for (const auto* name : {"send", "wait", "receive"}) CHECK(entry.at("timings").at(name).is_number());
    const auto &request = entry.at("request"), &response = entry.at("response");
    for (const auto* name : {"method", "url", "httpVersion"}) CHECK(request.at(name).is_string());
    for (const auto* name : {"cookies", "headers", "queryString"}) CHECK(request.at(name).is_array());
    for (const auto* name : {"headersSize", "bodySize"}) CHECK(request.at(name).is_number());
    CHECK(response.at("status").is_number());
    for (const auto* name : {"statusText", "httpVersion", "redirectURL"}) CHECK(response.at(name).is_string());
    for (const auto* name : {"cookies", "headers"}) CHECK(response.at(name).is_array());
    CHECK(response.at("content").at("size").is_number());
    CHECK(response.at("content").at("mimeType").is_string());
  }
  const auto& first = log.at("entries").at(0);
  CHECK(first.at("startedDateTime") == "2000-01-01T00:00:01.500Z");
  CHECK(first.at("request").at("url") == "https://crm.example/api/v1/customers?a=b%20c&d=");
  CHECK(first.at("request").at("queryString").at(0).at("value") == "b c");
  CHECK(first.at("request").at("postData").at("mimeType") == "application/json");
}

TEST_CASE("what is no recording is an error that names the place", "[testing]") {
  CHECK(recording::from_har("{").error().code == crm::errc::bad_response);
  CHECK(recording::from_har("{}").error().json_path == "$.log");
  const auto error_of = [](const std::string& part, const std::string& other) {
    auto text = some().to_har();
    text.replace(text.find(part), part.size(), other);
    return recording::from_har(text).error();
  };
  const std::string first = "entry 1 is no exchange with a CRM: ", second = "entry 2 is no exchange with a CRM: ";
  CHECK(error_of("\"POST\"", "\"BREW\"").message == first + "its method is not GET, POST or PATCH: take it out");
  CHECK(error_of("https://crm", "crm").message == first + "its url is not an absolute one");
  CHECK(error_of("a=b%20c", "a=b\\n").message == first + "its url is not an absolute one");
  CHECK(error_of("\"unreachable\"", "\"gone fishing\"").message ==
        second + "its _failure has a code that no transport fails with");
  CHECK(error_of("\"text\":\"{\\\"b", "\"encoding\":\"base64\",\"text\":\"{\\\"b").message ==
        first + "its content is encoded: decode it to text");
  for (const auto* header : {"\"*/*\\r\\nX: y\"", "\"*/*\\u0000\""})
    CHECK(error_of("\"*/*\"", header).message == first + "it has a header that cannot be sent");
  for (const auto* status : {"\"status\":0", "\"status\":-5", "\"status\":1000"})
    CHECK(error_of("\"status\":201", status).message ==
          first + "its status is none of HTTP: an attempt without an answer needs a _failure");
  CHECK(error_of("\"status\":201", "\"status\":\"201\"").json_path == "$.log.entries[0].response.status");
}

TEST_CASE("a recording is saved for its owner alone, in the place of an older one", "[testing]") {
  const folder here;
  const auto path = here / "some.har";
  std::ofstream{path} << "older, and longer than nothing";
  REQUIRE(::chmod(path.c_str(), 0666) == 0);
  REQUIRE(some().save(path));
  struct stat about {};
  REQUIRE(::stat(path.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777U) == 0600U);
  CHECK(recording::load(path).value().exchanges.size() == 2);
  CHECK(here.files() == 1);

  CHECK_FALSE(some().save(here / "nowhere/some.har"));
  CHECK_FALSE(recording::load(here / "nothing.har"));
  CHECK(recording::load(here / "").error().message == "the file cannot be read");  // a folder
  CHECK(recording::load("/dev/null").error().code == crm::errc::bad_response);
}

TEST_CASE("a recording that cannot be saved leaves the older file, and nothing beside it", "[testing]") {
  const folder here;
  std::filesystem::create_directory(here / "taken");
  std::ofstream{here / "taken/file"} << "x";
  CHECK_FALSE(some().save(here / "taken"));  // a folder that is not empty cannot be replaced by a file
  CHECK(here.files() == 1);

  const auto pipe = here / "pipe";  // as /dev/stdout may be one
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_FALSE(some().save(pipe));
  CHECK(std::filesystem::is_fifo(pipe));
}

}  // namespace
