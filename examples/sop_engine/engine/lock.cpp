#include "engine/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "engine/database.hpp"

namespace sop {

// A file of its own: closing any descriptor of the database's would give up SQLite's locks. By the path that links lead
// to, so that the same database has the same lock.
engine_lock::engine_lock(const std::string& database_file) {
  std::error_code unresolved;
  const auto file = std::filesystem::weakly_canonical(database_file, unresolved).string() + ".lock";
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) throw unusable(file + " cannot be written: " + std::strerror(errno));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int why = errno;
  ::close(descriptor_);
  throw unusable(why == EWOULDBLOCK ? "another sop_engine is at work on " + database_file
                                    : file + " cannot be locked: " + std::strerror(why));
}

engine_lock::~engine_lock() { ::close(descriptor_); }

}  // namespace sop
