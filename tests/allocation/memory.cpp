#include "allocation/memory.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

#include <malloc.h>

namespace memory {

thread_local std::optional<std::size_t> left;
thread_local std::ptrdiff_t alive = 0;
thread_local std::size_t held = 0;
thread_local std::size_t made = 0;
thread_local std::string_view sought;
thread_local std::size_t released_with_it = 0;

namespace {

[[nodiscard]] void* allocate(std::size_t size) noexcept {
  if (left && (*left)-- == 0) {
    left.reset();
    return nullptr;
  }
  void* const got = std::malloc(size == 0 ? 1 : size);
  if (got != nullptr) ++alive, ++made, held += ::malloc_usable_size(got);
  return got;
}
void release(void* what) noexcept {
  if (what != nullptr) {
    const std::size_t size = ::malloc_usable_size(what);
    --alive, held -= size;
    if (!sought.empty() && ::memmem(what, size, sought.data(), sought.size()) != nullptr) ++released_with_it;
  }
  std::free(what);
}
void* allocate_or_throw(std::size_t size) {
  if (void* const got = allocate(size)) return got;
  throw std::bad_alloc{};
}

}  // namespace
}  // namespace memory

void* operator new(std::size_t size) { return memory::allocate_or_throw(size); }
void* operator new[](std::size_t size) { return memory::allocate_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return memory::allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return memory::allocate(size); }
void operator delete(void* what) noexcept { memory::release(what); }
void operator delete[](void* what) noexcept { memory::release(what); }
void operator delete(void* what, std::size_t) noexcept { memory::release(what); }
void operator delete[](void* what, std::size_t) noexcept { memory::release(what); }
void operator delete(void* what, const std::nothrow_t&) noexcept { memory::release(what); }
void operator delete[](void* what, const std::nothrow_t&) noexcept { memory::release(what); }
