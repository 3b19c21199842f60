/// @file
/// What this process holds of the system.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <malloc.h>

namespace chaos {

/// A sanitizer holds on to memory that was given back.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

struct holdings {
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  /// Resident, in KiB.
  long memory = 0;

  [[nodiscard]] static holdings now() {
    ::malloc_trim(0);  // what was given back to the allocator is not held
    return {entries("/proc/self/fd"), entries("/proc/self/task"), resident()};
  }

 private:
  [[nodiscard]] static std::size_t entries(const char* folder) {
    const std::filesystem::directory_iterator all{folder};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  [[nodiscard]] static long resident() {
    std::ifstream status{"/proc/self/status"};
    std::string word;
    while (status >> word && word != "VmRSS:") {}
    long kibibytes = 0;
    status >> kibibytes;
    return kibibytes;
  }
};

}  // namespace chaos
