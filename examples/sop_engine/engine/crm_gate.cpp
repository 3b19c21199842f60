#include "engine/crm_gate.hpp"

namespace sop {

crm_gate::admission crm_gate::ask() {
  const std::lock_guard lock{mutex_};
  switch (now_) {
    case place::open: return admission::all;
    case place::offered: now_ = place::probing; return admission::probe;
    case place::closed:
    case place::probing: break;
  }
  return admission::nothing;
}

void crm_gate::report(admission admitted, finding found) {
  {
    const std::lock_guard lock{mutex_};
    const bool is_probe = admitted == admission::probe && now_ == place::probing;
    if (found == finding::unreachable) {
      // Also by who was let through before: at worst one more probe finds out that the CRM is back.
      if (now_ == place::open || is_probe) now_ = place::closed;
    } else if (is_probe) {
      now_ = found == finding::available ? place::open : place::offered;
    }
  }
  changed_.notify_all();
}

bool crm_gate::is_open() const {
  const std::lock_guard lock{mutex_};
  return now_ == place::open;
}

bool crm_gate::wait_until_closed(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  return changed_.wait(lock, stop, [&] { return now_ == place::closed; });
}

void crm_gate::offer_probe() {
  const std::lock_guard lock{mutex_};
  if (now_ == place::closed) now_ = place::offered;
}

bool crm_gate::wait_for_verdict(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, stop, [&] { return now_ == place::open || now_ == place::closed; });
  return now_ == place::open;
}

}  // namespace sop
