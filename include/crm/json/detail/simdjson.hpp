/// @file
/// The one door of simdjson: its document, and its first stage alone.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string_view>

#include <simdjson.h>

#include <crm/config.hpp>
#include <crm/detail/kept_by_thread.hpp>

/// The first stage alone is not part of simdjson's public interface. Set to 0 where the simdjson at hand has it
/// otherwise: every body goes through the parser then.
#ifndef CRM_CLIENT_SIMDJSON_STAGE_1
#define CRM_CLIENT_SIMDJSON_STAGE_1 1
#endif

namespace crm::inline v0::json::detail {

using element = simdjson::dom::element;
using object = simdjson::dom::object;
using array = simdjson::dom::array;
/// Has the memory of the document that it made last.
using document_parser = simdjson::dom::parser;

/// A body as a document; nothing where it is not JSON. Where no memory is left it ends as `new` does.
[[nodiscard]] inline std::optional<element> parsed(document_parser& by, std::string_view body) {
  // simdjson versions differ on a byte order mark; RFC 8259, section 8.1, lets us refuse it.
  if (body.starts_with("\xEF\xBB\xBF")) return std::nullopt;
  element root;
  const auto code = by.parse(body.data(), body.size()).get(root);
  if (code == simdjson::SUCCESS) return root;
  if (code == simdjson::MEMALLOC) {
#if CRM_CLIENT_HAS_EXCEPTIONS
    throw std::bad_alloc{};
#else
    std::abort();
#endif
  }
  return std::nullopt;
}

/// Whether a value is of a type that the parser knows. If so it is put out.
template <class T>
[[nodiscard]] bool is(element value, T& out) noexcept {
  return value.get(out) == simdjson::SUCCESS;
}

#if CRM_CLIENT_SIMDJSON_STAGE_1

/// Where the tokens of a body begin: brackets, colons, commas, and the first byte of each string, number and word. They
/// are found with the widest instructions of the machine the program runs on, whatever it was compiled for.
///
/// That there are some means that the body is UTF-8, that every string ends, and that no string has a control
/// character; everything else is left to who reads the tokens. Memory for them is the thread's, so that a body costs no
/// allocation once there was one as large; a thread has one such list at a time.
class tokenized {
 public:
  explicit tokenized(std::string_view body) : tokens_{find(body)} {}
  tokenized(const tokenized&) = delete;
  tokenized& operator=(const tokenized&) = delete;
  ~tokenized() {
    constexpr std::size_t most_kept = std::size_t{4} << 20U;  // bytes of a body; a transport's `max_body`
    if (made_ != nullptr && made_->capacity() > most_kept) made_.reset();
  }

  /// Their offsets, or none. There is one more place behind them, to be written to.
  [[nodiscard]] std::span<std::uint32_t> get() const noexcept { return tokens_; }

 private:
  using stage = std::unique_ptr<simdjson::internal::dom_parser_implementation>;

  [[nodiscard]] std::span<std::uint32_t> find(std::string_view body) {
    if (made_ == nullptr || made_->capacity() < body.size()) {
      // Room for what is a little larger too: the pages of a list differ by some bytes.
      const std::size_t capacity = std::bit_ceil(body.size());
      constexpr std::size_t no_depth = 1;  // the second stage's, which is not used
      made_.reset();
      if (capacity > simdjson::SIMDJSON_MAXSIZE_BYTES ||
          simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, no_depth, made_) !=
              simdjson::SUCCESS)
        return made_.reset(), std::span<std::uint32_t>{};
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(body.data());
    if (made_->stage1(bytes, body.size(), simdjson::stage1_mode::regular) != simdjson::SUCCESS) return {};
    return {made_->structural_indexes.get(), made_->n_structural_indexes};
  }

  stage own_;
  stage* const kept_ = v0::detail::kept_by_thread<stage>();
  stage& made_ = kept_ != nullptr ? *kept_ : own_;
  std::span<std::uint32_t> tokens_;
};

#else

class tokenized {
 public:
  explicit tokenized(std::string_view) noexcept {}
  [[nodiscard]] std::span<std::uint32_t> get() const noexcept { return {}; }
};

#endif

}  // namespace crm::inline v0::json::detail
