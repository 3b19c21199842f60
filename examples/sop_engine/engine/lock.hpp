/// @file
/// One engine a database.
#pragma once

#include <string>

namespace sop {

/// Held while it lives, and given up by the system however the process ends. Throws `unusable` where another has it.
class engine_lock {
 public:
  explicit engine_lock(const std::string& database_file);
  engine_lock(const engine_lock&) = delete;
  engine_lock& operator=(const engine_lock&) = delete;
  ~engine_lock();

 private:
  int descriptor_;
};

}  // namespace sop
