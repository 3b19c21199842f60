/// @file
/// A program in a process of its own, which says where it is reached on its first line.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
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

/// Start it from the main thread: the kernel ends the child when the thread that made it ends, so that it never
/// outlives a test that crashed.
class child_process {
 public:
  child_process() = default;
  /// The program's path and arguments, `NAME=value` variables besides ours, and a file for its standard error, or none.
  child_process(std::vector<std::string> words, std::vector<std::string> variables, const std::string& errors) {
    for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
    std::array<int, 2> out{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0) fail("pipe2");
    spawn(pointers(words), pointers(variables), out[1], errors);
    ::close(out[1]);
    first_line_ = read_line(out[0]);
    ::close(out[0]);
  }
  child_process(child_process&& other) noexcept
      : child_{std::exchange(other.child_, -1)}, first_line_{std::move(other.first_line_)} {}
  child_process& operator=(child_process&& other) noexcept {
    std::swap(child_, other.child_);
    std::swap(first_line_, other.first_line_);
    return *this;
  }
  ~child_process() { end(SIGTERM); }

  /// Empty where it ended, or said nothing for twenty seconds.
  [[nodiscard]] const std::string& first_line() const noexcept { return first_line_; }

  /// Asks it to end, and waits until it has.
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

 private:
  [[noreturn]] static void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

  [[nodiscard]] static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
  }

  void spawn(const std::vector<char*>& arguments, const std::vector<char*>& environment, int out,
             const std::string& errors) {
    const char* path = errors.empty() ? "/dev/null" : errors.c_str();
    const int log = ::open(path, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
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
  [[nodiscard]] static std::string read_line(int from) {
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

  pid_t child_ = -1;
  std::string first_line_;
};

}  // namespace support
