/// @file
/// Memory that is handed out piece by piece and given back at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace crm::inline v0::detail {

/// Nothing is asked of the system until a piece is asked for. Pieces stay where they are when the arena moves.
class arena {
 public:
  /// Room for so many objects, for the caller to construct; they are never destroyed.
  template <class T>
    requires std::is_trivially_destructible_v<T>
  [[nodiscard]] T* allocate(std::size_t count) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    used_ = (used_ + alignof(T) - 1) & ~(alignof(T) - 1);
    if (const std::size_t bytes = count * sizeof(T); used_ > size_ || bytes > size_ - used_) grow(bytes);
    return reinterpret_cast<T*>(chunk_.get() + std::exchange(used_, used_ + count * sizeof(T)));
  }

  /// The text, in memory of the arena.
  [[nodiscard]] std::string_view copy(std::string_view text) {
    char* const place = allocate<char>(text.size());
    std::copy(text.begin(), text.end(), place);
    return {place, text.size()};
  }

  /// The size of the next chunk that is asked of the system, at least.
  void expect(std::size_t bytes) noexcept { expected_ = bytes; }

  /// Every piece is given back; the last chunk, the largest, is kept for those to come.
  void clear() noexcept {
    full_.clear();
    used_ = 0;
  }

 private:
  void grow(std::size_t bytes) {
    const std::size_t size = std::max({bytes, expected_, 2 * size_});
    auto fresh = std::make_unique_for_overwrite<std::byte[]>(size);
    if (chunk_ != nullptr) full_.push_back(std::move(chunk_));
    chunk_ = std::move(fresh);
    size_ = size;
    used_ = 0;
  }

  std::unique_ptr<std::byte[]> chunk_;
  std::size_t size_ = 0;
  std::size_t used_ = 0;
  std::size_t expected_ = 256;
  std::vector<std::unique_ptr<std::byte[]>> full_;
};

}  // namespace crm::inline v0::detail
