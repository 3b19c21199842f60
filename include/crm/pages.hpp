/// @file
/// Lists page by page: what a complete answer is, and the lazy range.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <crm/model/fields.hpp>
#include <crm/model/page.hpp>
#include <crm/result.hpp>

namespace crm::inline v0 {

namespace detail {

[[nodiscard]] inline error incomplete(std::string_view why) {
  error e;
  e.code = errc::incomplete;
  e.message = why;
  e.op = operation::query;
  return e;
}

[[nodiscard]] inline error out_of_time() {
  error e;
  e.code = errc::deadline_exceeded;
  e.message = "the call's time ran out between pages";
  return e;
}

/// Follows a list from page to page, without I/O: it says which page comes next, and which answers cannot be
/// right. Loops end: a page that is not the one asked for, or repeats the one before, is an error.
class page_cursor {
 public:
  explicit page_cursor(std::int64_t first) : next_{first} {}

  [[nodiscard]] std::int64_t next() const noexcept { return next_; }
  [[nodiscard]] bool done() const noexcept { return done_; }
  /// Whether the list shrank while it was read, so that a record may have slipped past.
  [[nodiscard]] bool shrank() const noexcept { return shrank_; }
  [[nodiscard]] std::optional<std::int64_t> total() const noexcept { return last_total_; }
  [[nodiscard]] std::optional<std::int64_t> first_total() const noexcept { return first_total_; }

  template <class T>
  [[nodiscard]] result<void> accept(const page<T>& answer) {
    const auto records = answer.records();
    for (const T& r : records)
      if (std::string_view{field<"id">(r)}.empty()) return incomplete("a record has an empty id");
    if (!answer.meta()) {
      // A bare array is the whole list, and has no second page.
      if (next_ != 1) return incomplete("a later page is a bare array");
      done_ = true;
      return {};
    }
    const page_meta& meta = *answer.meta();
    if (meta.page != next_) return incomplete("the CRM answers with another page than was asked for");
    // Divided, not multiplied: these are the server's numbers, and their product could overflow.
    const std::int64_t pages = meta.total / meta.per_page + (meta.total % meta.per_page != 0 ? 1 : 0);
    if (records.empty() && meta.page <= pages) return incomplete("a page within the list is empty");
    const std::int64_t due = meta.page < pages ? meta.per_page : meta.total - (pages - 1) * meta.per_page;
    if (meta.page <= pages && std::cmp_less(records.size(), due))
      return incomplete("a page holds fewer records than it says");
    if (!records.empty()) {
      std::string head{field<"id">(records.front())};
      if (head == last_head_) return incomplete("the CRM repeats a page");
      last_head_ = std::move(head);
    }
    if (last_total_ && meta.total < *last_total_) shrank_ = true;
    if (!first_total_) first_total_ = meta.total;
    last_total_ = meta.total;
    done_ = records.empty() || meta.page >= pages;
    ++next_;
    return {};
  }

 private:
  std::int64_t next_;
  bool done_ = false;
  bool shrank_ = false;
  std::optional<std::int64_t> first_total_;
  std::optional<std::int64_t> last_total_;
  std::string last_head_;
};

template <class T>
[[nodiscard]] std::vector<std::string> ids_of(const std::vector<T>& records) {
  std::vector<std::string> ids;
  ids.reserve(records.size());
  for (const T& r : records) ids.emplace_back(field<"id">(r));
  return ids;
}

/// Every record of a list once; `fetch(number, again)` reads a page, again where the list is read anew. A list that
/// shrinks while it is read is read again, up to three times: a record that slipped to a page already read would be
/// missing. To confirm a list is to read it until two readings agree.
template <class T, class Fetch>
[[nodiscard]] result<std::vector<T>> collect(Fetch fetch, std::size_t max_pages, const page_listener& on_page = {},
                                             bool confirm = false) {
  std::optional<std::vector<std::string>> ids_before;
  for (int round = 0; round < 3; ++round) {
    std::vector<T> records;
    std::unordered_set<std::string> seen;
    page_cursor cursor{1};
    for (std::size_t count = 0; !cursor.done(); ++count) {
      if (count == max_pages) return incomplete("the list has more pages than max_pages allows");
      result<page<T>> answer = fetch(cursor.next(), round > 0);
      if (!answer) return std::move(answer).error();
      if (auto sound = cursor.accept(*answer); !sound) return std::move(sound).error();
      for (T& r : std::move(*answer).take())
        if (seen.emplace(field<"id">(r)).second) records.push_back(std::move(r));
      if (on_page) on_page(records.size(), cursor.total());
    }
    const bool whole = !cursor.first_total() || std::cmp_greater_equal(records.size(), *cursor.first_total());
    if (!whole || cursor.shrank()) continue;
    // A list that came in one page was whole at one moment.
    if (!confirm || cursor.next() <= 2) return records;
    std::vector<std::string> ids = ids_of(records);
    if (ids == ids_before) return records;
    ids_before = std::move(ids);
  }
  return incomplete("the list changed each time it was read");
}

}  // namespace detail

/// A list as a lazy, single-pass range of `result<page<T>>`: a page is fetched when it is looked at, and after
/// an error the range ends. Records may repeat over pages where the list changes meanwhile; `query` drops those. Where
/// it shrank meanwhile, its last element is an error, for records may have been skipped.
template <class T, class Fetch>
class page_range {
 public:
  page_range(Fetch fetch, std::int64_t first) : fetch_{std::move(fetch)}, cursor_{first} {}

  class iterator {
   public:
    using value_type = result<page<T>>;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    explicit iterator(page_range& range) : range_{&range} { range_->advance(); }

    [[nodiscard]] value_type& operator*() const noexcept { return *range_->current_; }
    iterator& operator++() {
      range_->advance();
      return *this;
    }
    void operator++(int) { range_->advance(); }
    friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept { return i.at_end(); }

   private:
    [[nodiscard]] bool at_end() const noexcept { return !range_->current_; }

    page_range* range_;
  };

  /// Fetches the first page. A second `begin` goes on where the first stopped.
  [[nodiscard]] iterator begin() { return iterator{*this}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  void advance() {
    if (failed_ || (cursor_.done() && !cursor_.shrank())) return current_.reset();
    if (cursor_.done()) {
      failed_ = true;
      current_.emplace(detail::incomplete(
          "the list shrank while it was read, and records may have been skipped: to change what the filter looks at, "
          "read query_ids first"));
      return;
    }
    current_.emplace(fetch_(cursor_.next()));
    if (*current_) {
      if (auto sound = cursor_.accept(**current_); !sound) current_.emplace(std::move(sound).error());
    }
    failed_ = !*current_;
  }

  Fetch fetch_;
  detail::page_cursor cursor_;
  std::optional<result<page<T>>> current_;
  bool failed_ = false;
};

}  // namespace crm::inline v0
