#include "interrupt.hpp"

#include <unistd.h>

#include "exit_code.hpp"

namespace crm_cli {

namespace {

sigset_t only_interrupt() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

// No signal handler: what a stop sets off (locks, condition variables) may not run in one. Instead one thread waits
// for the signal, which all others block.
interrupt::interrupt() {
  struct sigaction current {};
  ignored_ = sigaction(SIGINT, nullptr, &current) == 0 && current.sa_handler == SIG_IGN;
  const sigset_t wanted = only_interrupt();
  pthread_sigmask(SIG_BLOCK, &wanted, &before_);
  watcher_ = std::thread{[this] { watch(); }};
}

interrupt::~interrupt() {
  over_ = true;
  pthread_kill(watcher_.native_handle(), SIGINT);
  watcher_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void interrupt::watch() {
  const sigset_t wanted = only_interrupt();
  for (int received = 0; sigwait(&wanted, &received) == 0 && !over_;) {
    if (ignored_) continue;
    if (stop_.stop_requested()) ::_exit(static_cast<int>(exit_code::interrupted));
    stop_.request_stop();
  }
}

}  // namespace crm_cli
