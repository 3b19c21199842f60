/// @file
/// A filtered list held against the list of all: cross-examination of the CRM by its own records.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "../session.hpp"

namespace crm_check {

/// The list under `query` holds exactly the records of `all` that fit. Where `all` is the beginning of a longer list,
/// so must the filtered list's beginning be. Only records of which `concerns` is true are judged.
template <class T, class Fits, class Concerns>
void must_agree(session& crm, const sample<T>& all, std::string_view path, const terms& query, Fits fits,
                Concerns concerns) {
  std::set<std::string> known, expected;
  for (const auto& each : all.records) {
    known.insert(each.id);
    if (concerns(each) && fits(each)) expected.insert(each.id);
  }
  // What is in the sample and fits is among so many, however long the list goes on.
  const auto found = crm.list<T>(path, query, known.size() + 1);
  std::size_t unfit = 0, strange = 0;
  for (const auto& each : found.records) {
    if (!concerns(each)) continue;
    if (!fits(each)) ++unfit;
    if (all.is_whole && !known.contains(each.id)) ++strange;
    expected.erase(each.id);
  }
  demand(unfit == 0, std::to_string(unfit) + " of " + std::to_string(found.records.size()) + " records do not fit");
  demand(expected.empty(), std::to_string(expected.size()) + " records that fit are missing");
  demand(strange == 0, std::to_string(strange) + " records are not in the list of all");
}

template <class T, class Fits>
void must_agree(session& crm, const sample<T>& all, std::string_view path, const terms& query, Fits fits) {
  must_agree(crm, all, path, query, fits, [](const T&) { return true; });
}

/// The records come by this key, the least first.
template <class T, class KeyOf>
void must_come_in_order(const std::vector<T>& records, KeyOf key_of) {
  require(records.size() > 1, "there are fewer than two records");
  const auto wrong =
      std::adjacent_find(records.begin(), records.end(), [&](const T& a, const T& b) { return key_of(a) > key_of(b); });
  demand(wrong == records.end(), "record " + std::to_string(wrong - records.begin() + 2) + " comes too late");
}

/// The value that most records have, of those that `value_of` answers.
template <class T, class ValueOf>
std::optional<std::string> most_common(const std::vector<T>& records, ValueOf value_of) {
  std::map<std::string, std::size_t> counts;
  for (const auto& each : records)
    if (std::optional<std::string> value = value_of(each); value && !value->empty()) ++counts[*value];
  if (counts.empty()) return std::nullopt;
  return std::max_element(counts.begin(), counts.end(), [](auto& a, auto& b) { return a.second < b.second; })->first;
}

/// The list under `query` is empty, or the query refused.
inline void must_match_nothing(session& crm, std::string_view path, terms query) {
  query.emplace_back("per_page", "100");
  if (crm.get(path, query).must_be({200, 400, 422}).status() != 200) return;
  const auto found = crm.page<crm::customer>(path, query).records.size();
  demand(found == 0, std::to_string(found) + " records are answered to what matches none");
}

inline std::optional<std::string> status_of(const crm::customer& of) {
  return of.status ? std::optional{std::string{of.status->str()}} : std::nullopt;
}

inline bool has_service(const crm::customer& of, std::string_view name) {
  return std::any_of(of.services.begin(), of.services.end(), [&](const auto& each) { return each.str() == name; });
}

}  // namespace crm_check
