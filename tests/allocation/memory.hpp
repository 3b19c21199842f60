/// @file
/// What this program's `operator new` is told, and tells. Of each thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace memory {

/// How many allocations are left until one fails; none fails where there is no number.
extern thread_local std::optional<std::size_t> left;
/// How many there are that were not released.
extern thread_local std::ptrdiff_t alive;
/// How many bytes these have, as the C library rounds them up.
extern thread_local std::size_t held;
/// How many there have been.
extern thread_local std::size_t made;
/// What is looked for in all that is released, unless it is empty; and how often it was there.
extern thread_local std::string_view sought;
extern thread_local std::size_t released_with_it;

}  // namespace memory
