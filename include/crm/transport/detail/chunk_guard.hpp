/// @file
/// Watches the chunks of a body go by. (RFC 9112, section 7.1.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace crm::inline v0::detail {

/// httplib takes a body with a broken chunk for a whole one. This tells, byte by byte, whether a chunked body is sound.
class chunk_guard {
 public:
  /// Takes the next bytes; false from the first that is wrong. Bytes after the body's end are not looked at.
  [[nodiscard]] bool accept(std::string_view bytes) noexcept {
    for (std::size_t i = 0; i < bytes.size() && state_ != state::end && state_ != state::wrong;) {
      if (state_ == state::data) {
        const auto part = left_ < bytes.size() - i ? static_cast<std::size_t>(left_) : bytes.size() - i;
        i += part;
        left_ -= part;
        if (left_ == 0) state_ = state::data_cr;
      } else {
        state_ = after(bytes[i++]);
      }
    }
    return state_ != state::wrong;
  }

  /// Whether the last chunk and its trailers have gone by.
  [[nodiscard]] bool ended() const noexcept { return state_ == state::end; }

 private:
  enum class state : unsigned char {
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    line,
    trailer,
    trailer_lf,
    end_lf,
    end,
    wrong
  };
  static constexpr int most_line = 1024, most_trailer = 8192;

  [[nodiscard]] static int nibble(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }

  [[nodiscard]] state after(char c) noexcept {
    switch (state_) {
      case state::size:
        if (const int digit = nibble(c); digit >= 0 && ++seen_ <= 15) {
          left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
          return state::size;
        }
        if (seen_ == 0 || seen_ > 15) return state::wrong;
        if (c == '\r') return state::size_lf;
        return c == ';' ? state::extension : state::wrong;
      case state::extension:
        if (c == '\r') return state::size_lf;
        return c == '\n' || ++seen_ > most_line ? state::wrong : state::extension;
      case state::size_lf:
        if (c != '\n') return state::wrong;
        seen_ = 0;
        return left_ == 0 ? state::line : state::data;
      case state::data_cr: return c == '\r' ? state::data_lf : state::wrong;
      case state::data_lf: return c == '\n' ? state::size : state::wrong;
      case state::line:
        if (c == '\r') return state::end_lf;
        return c == '\n' || ++seen_ > most_trailer ? state::wrong : state::trailer;
      case state::trailer:
        if (c == '\r') return state::trailer_lf;
        return c == '\n' || ++seen_ > most_trailer ? state::wrong : state::trailer;
      case state::trailer_lf: return c == '\n' ? state::line : state::wrong;
      case state::end_lf: return c == '\n' ? state::end : state::wrong;
      case state::data:
      case state::end:
      case state::wrong: break;
    }
    return state::wrong;
  }

  state state_ = state::size;
  int seen_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace crm::inline v0::detail
