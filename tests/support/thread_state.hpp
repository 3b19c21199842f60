/// @file
/// Whether another thread waits, so that a test need not guess how long it takes to get there.
#pragma once

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace support {

/// Threads that say who they are before they wait for something.
class waiting_threads {
 public:
  explicit waiting_threads(int count) : ids_(static_cast<std::size_t>(count)) {}

  void is_about_to_wait(int which) { ids_[static_cast<std::size_t>(which)] = ::gettid(); }

  /// Returns once all of them sleep, as those do that wait for a condition. (proc(5).)
  void await_all() const {
    for (const auto& id : ids_)
      while (id == 0 || !sleeps(id)) std::this_thread::yield();
  }

 private:
  [[nodiscard]] static bool sleeps(pid_t id) {
    std::ifstream file{"/proc/self/task/" + std::to_string(id) + "/stat"};
    std::string line;
    std::getline(file, line);
    const auto name_ends = line.rfind(')');  // the name may hold anything
    return name_ends != std::string::npos && line.compare(name_ends, 4, ") S ") == 0;
  }

  std::vector<std::atomic<pid_t>> ids_;
};

}  // namespace support
