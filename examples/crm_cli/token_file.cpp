#include "token_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

namespace crm_cli {

namespace {

// The path is in no message: it could be a token, given by mistake.
crm::error failed(const std::string& what, int reason) {
  return crm::invalid_argument("the refresh token's file cannot be " + what + ": " + std::strerror(reason));
}

/// Whether the path still leads to this file: the run that had it before may have put another in its place.
bool is_at(const descriptor& file, const std::string& path) {
  struct stat held {
  }, there{};
  return ::fstat(file.number(), &held) == 0 && ::stat(path.c_str(), &there) == 0 && held.st_dev == there.st_dev &&
         held.st_ino == there.st_ino;
}

int write_down(int number, const crm::secret& token) {
  if (const int fault = write_all(number, token.reveal()); fault != 0) return fault;
  if (const int fault = write_all(number, "\n"); fault != 0) return fault;
  return ::fsync(number) == 0 ? 0 : errno;
}

}  // namespace

crm::result<token_file> token_file::open(const std::string& path, crm::milliseconds patience) {
  std::error_code unknown;
  const auto file = std::filesystem::canonical(path, unknown);  // or a link would be replaced, and not what it leads to
  if (unknown) return failed("opened", unknown.value());
  if (::access(file.parent_path().c_str(), W_OK | X_OK) != 0) return failed("replaced by the next token", errno);

  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!opened) return failed("opened", errno);
    if (::flock(opened.number(), LOCK_EX | LOCK_NB) == 0) {
      if (is_at(opened, file)) return token_file{{file, std::move(opened)}};
    } else if (errno != EWOULDBLOCK && errno != EINTR) {
      return failed("locked", errno);
    } else if (std::chrono::steady_clock::now() >= until) {
      return crm::invalid_argument("the refresh token is in use by another run");
    } else {
      std::this_thread::sleep_for(crm::milliseconds{20});
    }
  }
}

crm::result<void> token_file::store(const crm::secret& next) const {
  std::string temporary = state_->path + ".XXXXXX";
  descriptor made{::mkostemp(temporary.data(), O_CLOEXEC)};  // mode 0600
  if (!made) return failed("replaced by the next token", errno);
  // Locked before it can be found, so that no run takes it while this one still refreshes from it.
  int fault = ::flock(made.number(), LOCK_EX | LOCK_NB) == 0 ? write_down(made.number(), next) : errno;
  if (fault == 0 && std::rename(temporary.c_str(), state_->path.c_str()) != 0) fault = errno;
  if (fault != 0) {
    ::unlink(temporary.c_str());
    return failed("replaced by the next token", fault);
  }
  state_->locked = std::move(made);
  const descriptor folder{::open(std::filesystem::path{state_->path}.parent_path().c_str(), O_RDONLY | O_CLOEXEC)};
  if (folder) ::fsync(folder.number());  // the name too, where the file system can
  return {};
}

}  // namespace crm_cli
