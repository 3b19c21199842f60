/// @file
/// What the engine says to people: lines on standard error, and a line of progress on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace sop {

/// `sop_engine: …` as one line, from any thread.
void say(std::string_view what);

/// Shows a line in place of the one before, if standard error is a terminal.
void show_progress(const std::string& line);
[[nodiscard]] bool shows_progress();

}  // namespace sop
