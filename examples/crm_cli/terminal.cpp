#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <iostream>

#include "descriptor.hpp"

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

int write_output(std::string_view text) noexcept { return write_all(STDOUT_FILENO, text); }

progress_line::progress_line(bool wanted)
    : wanted_{wanted && ::isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb"} {}

progress_line::~progress_line() {
  if (shown_) std::cerr << "\r\x1b[K" << std::flush;
}

void progress_line::show(std::size_t count, std::int64_t total) {
  if (!wanted_) return;
  std::cerr << "\rreading " << count << '/' << total << "\x1b[K" << std::flush;
  shown_ = true;
}

}  // namespace crm_cli
