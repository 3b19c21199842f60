/// @file
/// The reference CRM as a child process, for tests that need a real server at the other end of a real socket.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

#include "support/child_process.hpp"

namespace support {

/// A reference CRM on a port and a database of its own; both stay the same over `kill` and `start`.
///
/// The program is the one named by the environment variable `CRM_REFERENCE_SERVER`. Start it from the main thread, see
/// `child_process`.
class reference_server {
 public:
  struct settings {
    /// Besides Jane Smith.
    int customers = 200;
    /// Asked of every request; none where empty.
    std::string api_key = "reference-key-0123456789";
    /// Further options of the command line.
    std::vector<std::string> options{};
  };

  reference_server() : reference_server{settings{}} {}
  explicit reference_server(settings chosen) : chosen_{std::move(chosen)}, folder_{make_folder()} {
    try {
      start();
    } catch (...) {
      remove_folder();
      throw;
    }
  }
  reference_server(const reference_server&) = delete;
  reference_server& operator=(const reference_server&) = delete;
  ~reference_server() {
    process_.end(SIGTERM);
    remove_folder();
  }

  /// One for all tests of this process. They leave behind what they create: a test counts only what is its own.
  [[nodiscard]] static reference_server& shared() {
    static reference_server one;
    return one;
  }

  [[nodiscard]] const std::string& url() const noexcept { return url_; }
  [[nodiscard]] const std::string& api_key() const noexcept { return chosen_.api_key; }

  /// Ends the server as a power cut would: nothing is flushed, closed or answered.
  void kill() { process_.end(SIGKILL); }

  /// Starts it again after `kill`.
  void start() {
    const std::string port = url_.empty() ? "0" : url_.substr(url_.rfind(':') + 1);
    std::vector<std::string> words{program(), "--log",
                                   "--port",  port,
                                   "--db",    folder_ + "/crm.sqlite",
                                   "--seed",  std::to_string(chosen_.customers)};
    if (!chosen_.api_key.empty()) words.insert(words.end(), {"--api-key-env", key_variable});
    words.insert(words.end(), chosen_.options.begin(), chosen_.options.end());

    process_ = child_process{
        std::move(words), {std::string{key_variable}.append("=").append(chosen_.api_key)}, folder_ + "/stderr"};
    if (!process_.first_line().starts_with("http://")) {
      process_.end(SIGKILL);
      throw std::runtime_error{"the reference CRM did not start: " + log()};
    }
    url_ = process_.first_line();
  }

  /// How many requests it has answered.
  [[nodiscard]] std::size_t requests() const {
    const std::string lines = log();
    std::size_t count = 0;
    for (auto at = lines.find(" ms\n"); at != std::string::npos; at = lines.find(" ms\n", at + 1)) ++count;
    return count;
  }

  /// What it has written to standard error: a line a request, before the answer goes out.
  [[nodiscard]] std::string log() const {
    std::ifstream file{folder_ + "/stderr"};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

 private:
  static constexpr const char* key_variable = "CRM_REFERENCE_SERVER_API_KEY";

  [[nodiscard]] static std::string program() {
    const char* path = std::getenv("CRM_REFERENCE_SERVER");
    if (path == nullptr) throw std::runtime_error{"set CRM_REFERENCE_SERVER to the path of the reference_crm program"};
    return path;
  }

  [[nodiscard]] static std::string make_folder() {
    std::string name = std::filesystem::temp_directory_path() / "crm_client_test.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error{errno, std::generic_category(), "mkdtemp"};
    return name;
  }

  void remove_folder() noexcept {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  settings chosen_;
  std::string folder_;
  std::string url_;
  child_process process_;
};

}  // namespace support
