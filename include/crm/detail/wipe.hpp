/// @file
/// Overwriting what held a credential.
#pragma once

#include <cstddef>
#include <string>

namespace crm::inline v0::detail {

/// Through volatile: the compiler may not drop stores to memory that is about to be freed.
inline void wipe(void* memory, std::size_t size) noexcept {
  auto* const bytes = static_cast<volatile unsigned char*>(memory);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = 0;
}
/// Of a text also what lies beyond its end: it may have been longer.
inline void wipe(std::string& text) noexcept {
  text.resize(text.capacity());
  wipe(text.data(), text.size());
  text.clear();
}

}  // namespace crm::inline v0::detail
