/// @file
/// A record as it is made, in its place.
#pragma once

namespace crm::inline v0::detail {

/// Becomes a `T{}` where a container makes one of it. What the container would make without, `T()`, is zeroed as a
/// whole first, which GCC and Clang do byte by byte where it is large.
template <class T>
struct fresh {
  operator T() const { return T{}; }
};

}  // namespace crm::inline v0::detail
