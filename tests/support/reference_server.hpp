/// @file
/// The reference CRM as a child process, for tests that need a real server at the other end of a real socket.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

/// A reference CRM on a port and a database of its own; both stay the same over `kill` and `start`.
///
/// The program is the one named by the environment variable `CRM_REFERENCE_SERVER`. Start it from the main thread: the
/// kernel ends the child when the thread that made it ends, so that it never outlives a test that crashed.
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
    end(SIGTERM);
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
  void kill() { end(SIGKILL); }

  /// Starts it again after `kill`.
  void start() {
    const std::string port = url_.empty() ? "0" : url_.substr(url_.rfind(':') + 1);
    std::vector<std::string> words{program(), "--log",
                                   "--port",  port,
                                   "--db",    folder_ + "/crm.sqlite",
                                   "--seed",  std::to_string(chosen_.customers)};
    if (!chosen_.api_key.empty()) words.insert(words.end(), {"--api-key-env", key_variable});
    words.insert(words.end(), chosen_.options.begin(), chosen_.options.end());

    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
    variables.push_back(std::string{key_variable}.append("=").append(chosen_.api_key));

    std::array<int, 2> out{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0) fail("pipe2");
    spawn(pointers(words), pointers(variables), out[1]);
    ::close(out[1]);
    const std::string line = first_line(out[0]);
    ::close(out[0]);
    if (!line.starts_with("http://")) {
      end(SIGKILL);
      throw std::runtime_error{"the reference CRM did not start: " + log()};
    }
    url_ = line;
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

  [[noreturn]] static void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

  [[nodiscard]] static std::string program() {
    const char* path = std::getenv("CRM_REFERENCE_SERVER");
    if (path == nullptr) throw std::runtime_error{"set CRM_REFERENCE_SERVER to the path of the reference_crm program"};
    return path;
  }

  [[nodiscard]] static std::string make_folder() {
    std::string name = std::filesystem::temp_directory_path() / "crm_client_test.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) fail("mkdtemp");
    return name;
  }

  void remove_folder() noexcept {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
  }

  void spawn(const std::vector<char*>& arguments, const std::vector<char*>& environment, int out) {
    const int log = ::open((folder_ + "/stderr").c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
    if (log < 0) fail("open");
    const pid_t parent = ::getpid();
    child_ = ::fork();
    if (child_ == 0) {
      // Only what is safe between fork and exec in a process with threads.
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(126);
      ::dup2(out, STDOUT_FILENO);
      ::dup2(log, STDERR_FILENO);
      ::execve(arguments.front(), arguments.data(), environment.data());
      ::_exit(127);
    }
    ::close(log);
    if (child_ < 0) fail("fork");
  }

  /// Up to the line's end, the stream's end, or twenty seconds.
  [[nodiscard]] static std::string first_line(int from) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    std::string line;
    char c = '\0';
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      pollfd readable{from, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) <= 0) return line;
      if (::read(from, &c, 1) != 1 || c == '\n') return line;
      line.push_back(c);
    }
  }

  void end(int signal) noexcept {
    if (child_ <= 0) return;
    ::kill(child_, signal);
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (::waitpid(child_, nullptr, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > patience) ::kill(child_, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    child_ = -1;
  }

  settings chosen_;
  std::string folder_;
  std::string url_;
  pid_t child_ = -1;
};

}  // namespace support
