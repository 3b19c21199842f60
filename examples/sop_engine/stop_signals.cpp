#include "stop_signals.hpp"

#include <unistd.h>

#include "settings.hpp"

namespace sop {

namespace {

sigset_t end_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

// No signal handler: what a stop sets off may not run in one. One thread waits for the signals, which all others block.
stop_signals::stop_signals() {
  const sigset_t wanted = end_signals();
  pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  watcher_ = std::thread{[this] { watch(); }};
}

stop_signals::~stop_signals() {
  over_ = true;
  pthread_kill(watcher_.native_handle(), SIGTERM);
  watcher_.join();
}

void stop_signals::watch() {
  const sigset_t wanted = end_signals();
  for (int received = 0; sigwait(&wanted, &received) == 0 && !over_;) {
    if (stop_.stop_requested()) ::_exit(static_cast<int>(exit_code::interrupted));
    stop_.request_stop();
  }
}

}  // namespace sop
