#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <iostream>

namespace crm_cli {

namespace {

/// The value of an environment variable; empty where it is not set.
std::string_view environment(const char* name) noexcept {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string_view{} : text;
}

}  // namespace

bool output_is_terminal() noexcept { return ::isatty(STDOUT_FILENO) == 1; }

std::optional<std::size_t> terminal_width() {
  if (!output_is_terminal()) return std::nullopt;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string_view text = environment("COLUMNS");
  std::size_t columns = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), columns);
  return read.ec == std::errc{} && columns > 0 ? columns : 80;
}

bool wants_bold() { return output_is_terminal() && environment("NO_COLOR").empty() && environment("TERM") != "dumb"; }

int write_output(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

progress_line::progress_line() : wanted_{::isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb"} {}

progress_line::~progress_line() {
  if (shown_) std::cerr << "\r\x1b[K" << std::flush;
}

void progress_line::show(std::size_t count, std::int64_t total) {
  if (!wanted_) return;
  std::cerr << "\rreading " << count << '/' << total << "\x1b[K" << std::flush;
  shown_ = true;
}

}  // namespace crm_cli
