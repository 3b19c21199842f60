/// @file
/// Lists page by page: what a complete answer is, and the lazy range.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/client/distinct_records.hpp>
#include <crm/client/flight.hpp>
#include <crm/detail/caught.hpp>
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

/// When the pages of a list are read.
enum class reading : unsigned char {
  in_order,  ///< each after the one before
  at_once,   ///< several at a time: of two, either may be the earlier
};

/// Follows a list from page to page, without I/O: it says which page comes next, and which answers cannot be
/// right. Loops end: a page that is not the one asked for, or repeats the one before, is an error.
class page_cursor {
 public:
  explicit page_cursor(std::int64_t first, reading how = reading::in_order) : next_{first}, how_{how} {}

  [[nodiscard]] std::int64_t next() const noexcept { return next_; }
  [[nodiscard]] bool done() const noexcept { return done_; }
  /// Whether the list shrank while it was read, so that a record may have slipped past.
  [[nodiscard]] bool shrank() const noexcept { return shrank_; }
  /// The last page there is, as far as the CRM has told.
  [[nodiscard]] std::int64_t last() const noexcept { return last_; }
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
    // Of two totals that differ the smaller may be the later one, unless the order of reading is known.
    if (last_total_ && (meta.total < *last_total_ || (how_ == reading::at_once && meta.total != *last_total_)))
      shrank_ = true;
    if (!first_total_) first_total_ = meta.total;
    last_total_ = meta.total;
    last_ = pages;
    done_ = records.empty() || meta.page >= pages;
    ++next_;
    return {};
  }

 private:
  std::int64_t next_;
  reading how_;
  std::int64_t last_ = 0;
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

/// How far a list is read beyond the page that is taken.
struct read_ahead {
  std::size_t at_once = 0;
  std::size_t pages = 0;
};

/// Reads a list in the cursor's order, and further pages meanwhile. `fetch(number, stop)` reads a page.
template <class T, class Fetch>
class page_reader {
 public:
  page_reader(Fetch fetch, page_cursor begin, read_ahead ahead, std::stop_token stop)
      : fetch_{std::move(fetch)}, cursor_{std::move(begin)}, ahead_{ahead}, stop_{std::move(stop)} {}

  [[nodiscard]] const page_cursor& cursor() const noexcept { return cursor_; }

  /// The page that comes next, or why there is none. `most` is the last page that is read ahead.
  [[nodiscard]] result<page<T>> next(std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
    result<page<T>> answer = in_flight() ? flight_->take() : fetch_(cursor_.next(), stop_);
    if (answer)
      if (auto sound = cursor_.accept(*answer); !sound) answer = std::move(sound).error();
    const std::int64_t last = std::min(cursor_.last(), most);
    if (!answer || cursor_.done()) {
      flight_.reset();
    } else if (ahead_.pages > 0 && !in_flight() && cursor_.next() <= last) {
      const auto take_off = [&] {
        flight_ = std::make_unique<flight<Fetch>>(fetch_, cursor_.next(), last, ahead_.at_once, ahead_.pages, stop_);
      };
      caught(take_off, [] {});  // where it cannot, the next page is read when its turn comes
    }
    return answer;
  }

 private:
  /// Not where a page was thrown away: it is asked for again.
  [[nodiscard]] bool in_flight() const noexcept {
    return flight_ != nullptr && !flight_->at_end() && flight_->next() == cursor_.next();
  }

  Fetch fetch_;
  page_cursor cursor_;
  read_ahead ahead_;
  std::stop_token stop_;
  std::unique_ptr<flight<Fetch>> flight_;
};

/// How a list is collected.
struct collecting {
  std::size_t max_pages;
  page_listener on_page{};
  /// To confirm a list is to read it until two readings agree.
  bool confirm = false;
  /// Requests under way at once.
  std::size_t at_once = 1;
  std::stop_token stop{};
};

/// Every record of a list once; `fetch(number, again, stop)` reads a page, again where the list is read anew. A list
/// that shrinks while it is read is read again, up to three times: a record that slipped to a page already read would
/// be missing. Only the first reading is of several pages at once: of one in order more can be told.
template <class T, class Fetch>
[[nodiscard]] result<std::vector<T>> collect(const Fetch& fetch, const collecting& how) {
  constexpr std::size_t numbers = std::numeric_limits<std::int64_t>::max();
  const auto most = static_cast<std::int64_t>(std::min(how.max_pages, numbers));
  std::optional<std::vector<std::string>> ids_before;
  for (int round = 0; round < 3; ++round) {
    distinct_records<T> records;
    const bool at_once = round == 0 && how.at_once > 1;
    auto read = [&fetch, round](std::int64_t number, const std::stop_token& stop) {
      return fetch(number, round > 0, stop);
    };
    page_reader<T, decltype(read)> pages{read, page_cursor{1, at_once ? reading::at_once : reading::in_order},
                                         at_once ? read_ahead{how.at_once, 2 * how.at_once} : read_ahead{}, how.stop};
    const page_cursor& cursor = pages.cursor();
    for (std::size_t count = 0; !cursor.done(); ++count) {
      if (count == how.max_pages) return incomplete("the list has more pages than max_pages allows");
      result<page<T>> answer = pages.next(most);
      if (!answer) return std::move(answer).error();
      records.add(std::move(*answer).take());
      if (how.on_page) how.on_page(records.size(), cursor.total());
    }
    const bool whole = !cursor.first_total() || std::cmp_greater_equal(records.size(), *cursor.first_total());
    if (!whole || cursor.shrank()) continue;
    // A list that came in one page was whole at one moment.
    if (!how.confirm || cursor.next() <= 2) return std::move(records.get());
    std::vector<std::string> ids = ids_of(records.get());
    if (ids == ids_before) return std::move(records.get());
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
  /// With `prefetch` the next page is read while one is looked at.
  page_range(Fetch fetch, std::int64_t first, bool prefetch, std::stop_token stop)
      : pages_{std::move(fetch), detail::page_cursor{first}, prefetch ? detail::read_ahead{1, 1} : detail::read_ahead{},
               std::move(stop)} {}

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
  [[nodiscard]] iterator begin() & { return iterator{*this}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  void advance() {
    const detail::page_cursor& cursor = pages_.cursor();
    if (failed_ || (cursor.done() && !cursor.shrank())) return current_.reset();
    if (cursor.done()) {
      failed_ = true;
      current_.emplace(detail::incomplete(
          "the list shrank while it was read, and records may have been skipped: to change what the filter looks at, "
          "read query_ids first"));
      return;
    }
    current_.emplace(pages_.next());
    failed_ = !*current_;
  }

  detail::page_reader<T, Fetch> pages_;
  std::optional<result<page<T>>> current_;
  bool failed_ = false;
};

}  // namespace crm::inline v0
