/// @file
/// A file that is there whole or not at all, and for its owner alone. (POSIX)
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <crm/result.hpp>

namespace crm::inline v0::testing::detail {

/// Puts the file in the place of an older one. Where that fails, the older one is as it was; and where something else
/// than a file is there, e.g. a device, that is left alone.
[[nodiscard]] inline result<void> write_private_file(const std::string& path, std::string_view text) {
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode))
    return invalid_argument("the file cannot be made: what is there is not a file");
  std::string beside = path + ".XXXXXX";
  const int file = ::mkostemp(beside.data(), O_CLOEXEC);
  if (file < 0) return invalid_argument("the file cannot be made: " + std::generic_category().message(errno));
  bool done = ::fchmod(file, 0600) == 0;
  while (done && !text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    done = written > 0;
    if (done) text.remove_prefix(static_cast<std::size_t>(written));
  }
  done = done && ::fsync(file) == 0;
  int why = errno;
  if (::close(file) != 0 && done) done = false, why = errno;
  if (done && std::rename(beside.c_str(), path.c_str()) != 0) done = false, why = errno;
  if (done) return {};
  ::unlink(beside.c_str());
  return invalid_argument("the file cannot be written: " + std::generic_category().message(why));
}

[[nodiscard]] inline result<std::string> read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text;
  // By read(), which tells of an error by the stream's state: an iterator throws, e.g. where this is a folder.
  std::array<char, 65536> part;
  while (file.read(part.data(), part.size()) || file.gcount() > 0)
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
  if (!file.is_open() || file.bad()) return invalid_argument("the file cannot be read");
  return text;
}

}  // namespace crm::inline v0::testing::detail
