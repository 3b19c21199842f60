/// @file
/// How often this program asks the system to send, to receive or to wait.
#pragma once

#include <cstddef>

namespace system_calls {

/// By this thread.
extern thread_local std::size_t made;

}  // namespace system_calls
