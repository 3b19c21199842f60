#include "descriptor.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace crm_cli {

descriptor::~descriptor() {
  if (number_ >= 0) ::close(number_);
}

int write_all(int number, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(number, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace crm_cli
