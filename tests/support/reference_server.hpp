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

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/child_process.hpp"

namespace support {

/// A port of this machine for a server that comes and goes. It is bound here and never listened on: while the server is
/// dead, nobody else is given it, and no client's own end.
class held_port {
 public:
  held_port() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    const int on = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    // The server sets one or the other.
    if (::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::setsockopt(socket_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0 || ::bind(socket_, any, size) != 0 ||
        ::getsockname(socket_, any, &size) != 0)
      throw std::system_error{errno, std::generic_category(), "no port"};
    number_ = ntohs(address.sin_port);
  }
  held_port(const held_port&) = delete;
  held_port& operator=(const held_port&) = delete;
  ~held_port() { ::close(socket_); }

  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int socket_;
  int number_ = 0;
};

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
    /// Further environment variables, `NAME=value`.
    std::vector<std::string> environment{};
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
  [[nodiscard]] int port() const noexcept { return port_.number(); }
  /// The SQLite file.
  [[nodiscard]] std::string database() const { return folder_ + "/crm.sqlite"; }

  /// Ends the server as a power cut would: nothing is flushed, closed or answered.
  void kill() { process_.end(SIGKILL); }

  /// Ends it once it has answered what it is at work on.
  void stop() { process_.end(SIGTERM); }

  /// Starts it again after `kill` or `stop`.
  void start() {
    std::vector<std::string> words{program(), "--log",    "--port", std::to_string(port()),
                                   "--db",    database(), "--seed", std::to_string(chosen_.customers)};
    if (!chosen_.api_key.empty()) words.insert(words.end(), {"--api-key-env", key_variable});
    words.insert(words.end(), chosen_.options.begin(), chosen_.options.end());

    std::vector<std::string> environment = chosen_.environment;
    environment.push_back(std::string{key_variable}.append("=").append(chosen_.api_key));
    process_ = child_process{std::move(words), std::move(environment), folder_ + "/stderr"};
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
  held_port port_;
  std::string folder_;
  std::string url_;
  child_process process_;
};

}  // namespace support
