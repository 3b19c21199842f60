/// @file
/// Standard output and standard error: what they are, and writing to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace crm_cli {

[[nodiscard]] bool output_is_terminal() noexcept;

/// Columns of the terminal on standard output; absent where there is none.
[[nodiscard]] std::optional<std::size_t> terminal_width();

/// Whether bold belongs on standard output: it is a terminal, and NO_COLOR (no-color.org) is not set.
[[nodiscard]] bool wants_bold();

/// Writes all of it to standard output. Answers 0 or the reason in `errno`'s numbers.
[[nodiscard]] int write_output(std::string_view text) noexcept;

/// A line on standard error that says how much of a list has arrived. It is there only on a terminal, and goes
/// when the object does.
class progress_line {
 public:
  explicit progress_line(bool wanted);
  ~progress_line();
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  void show(std::size_t count, std::int64_t total);

 private:
  bool wanted_;
  bool shown_ = false;
};

}  // namespace crm_cli
