/// @file
/// One page of a list: its records, and what the CRM said of the whole.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <crm/detail/arena.hpp>
#include <crm/detail/remedy.hpp>
#include <crm/model/borrows.hpp>
#include <crm/model/fields.hpp>
#include <crm/result.hpp>

namespace crm::inline v0 {

/// The `meta` object of a list. (ADR 10, CRM API Contract.)
struct page_meta {
  std::int64_t total = 0;
  std::int64_t page = 1;
  std::int64_t per_page = 25;

  friend bool operator==(const page_meta&, const page_meta&) = default;
};

/// Hears, after each page of a list, how many records were read so far and how many the CRM says there are.
using page_listener = std::function<void(std::size_t so_far, std::optional<std::int64_t> total)>;

/// 1, 2, 3, …; a literal is checked by the compiler, a number met at run time goes through `of`.
class page_number {
 public:
  consteval page_number(int number) : number_{number} {
    if (number < 1) remedy::a_page_number_starts_at_1();
  }
  [[nodiscard]] static result<page_number> of(std::int64_t number) {
    if (number < 1) return invalid_argument("a page number starts at 1");
    page_number made{1};
    made.number_ = number;
    return made;
  }
  [[nodiscard]] constexpr std::int64_t value() const noexcept { return number_; }

 private:
  std::int64_t number_;
};

/// How many records a page holds: 1 to 100, 25 unless asked otherwise.
class page_size {
 public:
  static constexpr int most = 100;

  consteval page_size(int size) : size_{size} {
    if (size < 1 || size > most) remedy::a_page_holds_1_to_100_records();
  }
  [[nodiscard]] static result<page_size> of(std::int64_t size) {
    if (size < 1 || size > most) return invalid_argument("a page holds 1 to 100 records");
    page_size made{1};
    made.size_ = static_cast<int>(size);
    return made;
  }
  [[nodiscard]] constexpr int value() const noexcept { return size_; }

 private:
  int size_;
};

namespace detail {

/// What the views of a page point into: the body they were read from; what it holds of lists, and text with escapes.
struct page_text {
  std::string body;
  arena pieces;
};

}  // namespace detail

/// A page owns its records and, where they are views, the text they point into. It is not itself a range:
/// `records()` exists for a page that has a name, so that no loop can outlive its page.
template <class T>
class page {
 public:
  page(std::vector<T> records, std::optional<page_meta> meta, std::shared_ptr<detail::page_text> text = {})
      : records_{std::move(records)}, meta_{meta}, text_{std::move(text)} {}

  [[nodiscard]] std::span<const T> records() const& noexcept { return records_; }
  remedy::give_the_page_a_name_first_for_its_records_die_with_it records() const&& = delete;

  /// The records, moved out.
  [[nodiscard]] std::vector<T> take() && {
    static_assert(!detail::borrows<T>(), "views die with their page: keep the page, or read owning records");
    return std::move(records_);
  }

  /// What the page is made of, without records and, unless a copy of the page needs it, with its memory: for another
  /// page. It is moved, not copied: two pages cannot have one memory.
  struct spent {
    spent() = default;
    spent(std::vector<T> empty, std::shared_ptr<detail::page_text> unused) noexcept
        : records{std::move(empty)}, text{std::move(unused)} {}
    spent(spent&&) noexcept = default;
    spent& operator=(spent&&) noexcept = default;

    std::vector<T> records;
    std::shared_ptr<detail::page_text> text;
  };
  [[nodiscard]] spent recycle() && {
    records_.clear();
    if (text_.use_count() > 1) text_.reset();
    std::atomic_thread_fence(std::memory_order_acquire);  // behind whoever let go of a copy
    return {std::move(records_), std::move(text_)};
  }

  /// Absent where the CRM answered with a bare array, which is the whole list.
  [[nodiscard]] const std::optional<page_meta>& meta() const noexcept { return meta_; }

 private:
  std::vector<T> records_;
  std::optional<page_meta> meta_;
  std::shared_ptr<detail::page_text> text_;
};

}  // namespace crm::inline v0

template <>
struct boost::hana::accessors_impl<crm::page_meta> {
  static constexpr auto apply() {
    using crm::detail::field_row;
    using M = crm::page_meta;
    return make_tuple(field_row<"total", &M::total>(), field_row<"page", &M::page>(),
                      field_row<"per_page", &M::per_page>());
  }
};
