#include "allocation/system_calls.hpp"

#include <cerrno>

#include <dlfcn.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>

namespace system_calls {

thread_local std::size_t made = 0;
thread_local std::optional<std::size_t> sends_left;

namespace {

/// Counts a call, and hands it on to the system's function of that name.
template <class Result, class... Arguments>
Result counted(const char* name, Arguments... arguments) {
  ++made;
  return reinterpret_cast<Result (*)(Arguments...)>(::dlsym(RTLD_NEXT, name))(arguments...);
}

[[nodiscard]] bool is_broken() {
  if (!sends_left || (*sends_left)-- != 0) return false;
  sends_left.reset();
  errno = ECONNRESET;
  return true;
}

}  // namespace
}  // namespace system_calls

using system_calls::counted;
using system_calls::is_broken;

// In place of the C library's, in this program.
extern "C" {
ssize_t recv(int from, void* into, size_t size, int flags) { return counted<ssize_t>("recv", from, into, size, flags); }
ssize_t send(int to, const void* bytes, size_t size, int flags) {
  return is_broken() ? -1 : counted<ssize_t>("send", to, bytes, size, flags);
}
ssize_t recvmsg(int from, msghdr* into, int flags) { return counted<ssize_t>("recvmsg", from, into, flags); }
ssize_t sendmsg(int to, const msghdr* bytes, int flags) {
  return is_broken() ? -1 : counted<ssize_t>("sendmsg", to, bytes, flags);
}
int poll(pollfd* all, nfds_t size, int time) { return counted<int>("poll", all, size, time); }
int select(int size, fd_set* in, fd_set* out, fd_set* wrong, timeval* time) {
  return counted<int>("select", size, in, out, wrong, time);
}
int epoll_wait(int on, epoll_event* into, int size, int time) {
  return counted<int>("epoll_wait", on, into, size, time);
}
int epoll_ctl(int on, int what, int of, epoll_event* event) noexcept {
  return counted<int>("epoll_ctl", on, what, of, event);
}
}
