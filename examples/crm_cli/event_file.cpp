#include "event_file.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "exit_code.hpp"

namespace crm_cli {

crm::result<event_file> event_file::open(const std::string& path) {
  descriptor made{::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600)};
  if (!made) return crm::invalid_argument(std::string{"the file cannot be written: "} + std::strerror(errno));
  return event_file{std::move(made)};
}

void event_file::operator()(std::string_view line) const {
  const int fault = write_all(state_->file.number(), std::string{line} + '\n');
  if (fault != 0 && !state_->failed.exchange(true))
    complain(std::string{"the events cannot be written: "} + std::strerror(fault));
}

}  // namespace crm_cli
