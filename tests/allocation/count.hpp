/// @file
/// Counts what the operator new of this program is asked for.
#pragma once

#include <cstddef>

namespace allocation {

/// How many allocations the calling thread has made.
[[nodiscard]] std::size_t made_by_this_thread() noexcept;

}  // namespace allocation
