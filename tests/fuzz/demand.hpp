/// @file
/// How a fuzz target says what must hold of every input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace fuzz {

/// Ends the program where `holds` is false; libFuzzer then keeps the input.
inline void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace fuzz
