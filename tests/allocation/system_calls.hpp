/// @file
/// How often this program asks the system to send, to receive or to wait.
#pragma once

#include <cstddef>
#include <optional>

namespace system_calls {

/// By this thread.
extern thread_local std::size_t made;
/// How many times this thread may send until its connection is found broken; none is where there is no number.
extern thread_local std::optional<std::size_t> sends_left;

}  // namespace system_calls
