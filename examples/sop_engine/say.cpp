#include "say.hpp"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <mutex>

namespace sop {

namespace {

constexpr auto clear_line = "\r\x1b[K";

struct {
  std::mutex mutex;
  std::string progress;
} console;

}  // namespace

bool shows_progress() {
  static const bool shows = [] {
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string_view{terminal} != "dumb";
  }();
  return shows;
}

void say(std::string_view what) {
  const std::lock_guard lock{console.mutex};
  if (!console.progress.empty()) std::cerr << clear_line;
  std::cerr << "sop_engine: " << what << '\n' << console.progress << std::flush;
}

void show_progress(const std::string& line) {
  if (!shows_progress()) return;
  const std::lock_guard lock{console.mutex};
  console.progress = line;
  std::cerr << clear_line << line << std::flush;
}

}  // namespace sop
