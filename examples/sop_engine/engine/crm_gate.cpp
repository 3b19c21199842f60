#include "engine/crm_gate.hpp"

namespace sop {

void crm_gate::open() {
  const std::lock_guard lock{mutex_};
  open_ = true;
}

void crm_gate::close() {
  {
    const std::lock_guard lock{mutex_};
    open_ = false;
  }
  changed_.notify_all();
}

bool crm_gate::is_open() const {
  const std::lock_guard lock{mutex_};
  return open_;
}

bool crm_gate::wait_until_closed(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  return changed_.wait(lock, stop, [&] { return !open_; });
}

}  // namespace sop
