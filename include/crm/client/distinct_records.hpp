/// @file
/// What is collected of a list.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <crm/model/fields.hpp>

namespace crm::inline v0::detail {

/// The records of several pages, each id once: the first that came with it.
template <class T>
class distinct_records {
 public:
  distinct_records() = default;
  distinct_records(const distinct_records&) = delete;  // `numbers_` looks at `records_`
  distinct_records& operator=(const distinct_records&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }
  [[nodiscard]] std::vector<T>& get() noexcept { return records_; }

  void add(std::vector<T> page) {
    std::size_t kept = records_.size();
    if (kept == 0) {
      records_ = std::move(page);
    } else {
      records_.insert(records_.end(), std::move_iterator{page.begin()}, std::move_iterator{page.end()});
    }
    for (std::size_t i = kept; i < records_.size(); ++i) {
      if (i != kept) records_[kept] = std::move(records_[i]);
      if (numbers_.insert(kept).second) ++kept;
    }
    records_.erase(records_.begin() + static_cast<std::ptrdiff_t>(kept), records_.end());
  }

 private:
  [[nodiscard]] std::string_view id_of(std::size_t number) const { return field<"id">(records_[number]); }

  struct hash_of_id {
    const distinct_records* all;
    std::size_t operator()(std::size_t number) const { return std::hash<std::string_view>{}(all->id_of(number)); }
  };
  struct same_id {
    const distinct_records* all;
    bool operator()(std::size_t a, std::size_t b) const { return all->id_of(a) == all->id_of(b); }
  };

  std::vector<T> records_;
  std::unordered_set<std::size_t, hash_of_id, same_id> numbers_{0, hash_of_id{this}, same_id{this}};
};

}  // namespace crm::inline v0::detail
