#pragma once

#include <chrono>

namespace reference_crm {

/// The server's idea of the time. It can be set wrong, so that a client's handling of skew can be tested.
struct server_clock {
  std::chrono::seconds offset{0};

  std::chrono::sys_seconds now() const {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + offset;
  }
};

}  // namespace reference_crm
