/// @file
/// What the in-memory CRM holds, without locks and without HTTP.
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <crm/detail/optional.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>
#include <crm/model/timestamp.hpp>

namespace crm::inline v0::testing::detail {

/// A viewed field's value as the owning record `Owned` has it.
template <class Owned, class Viewed>
[[nodiscard]] Owned own_field(const Viewed& viewed) {
  if constexpr (v0::detail::is_optional<Owned>) {
    return viewed ? Owned{own_field<typename Owned::value_type>(*viewed)} : Owned{};
  } else if constexpr (requires { viewed.begin(); } && !std::convertible_to<Viewed, std::string_view>) {
    return Owned(viewed.begin(), viewed.end());
  } else {
    return Owned{viewed};
  }
}

/// A copy of a record that owns its text.
template <record Owned, record Viewed>
[[nodiscard]] Owned own(const Viewed& viewed) {
  Owned owned;
  for_each_field(viewed, [&](auto index, auto, const auto& f) {
    auto& target = field_at<decltype(index)::value>(owned);
    target = own_field<std::remove_cvref_t<decltype(target)>>(f);
  });
  return owned;
}

/// The stable order of a list: by age, where nothing comes first, then by id. (docs/contract.md, Paging.)
[[nodiscard]] inline auto order_of(const customer& c) noexcept { return std::tie(c.created_at, c.id); }
[[nodiscard]] inline auto order_of(const invoice& i) noexcept { return std::tie(i.issued_on, i.id); }
[[nodiscard]] inline auto order_of(const interaction& i) noexcept { return std::tie(i.occurred_at, i.id); }

/// The records that `keep` keeps, in the stable order.
template <class T, class Keep>
[[nodiscard]] std::vector<const T*> select(const std::vector<T>& records, Keep keep) {
  std::vector<const T*> kept;
  for (const T& each : records)
    if (keep(each)) kept.push_back(&each);
  std::sort(kept.begin(), kept.end(), [](const T* a, const T* b) { return order_of(*a) < order_of(*b); });
  return kept;
}

class store {
 public:
  [[nodiscard]] const std::vector<customer>& customers() const noexcept { return customers_; }
  [[nodiscard]] const std::vector<invoice>& invoices() const noexcept { return invoices_; }
  [[nodiscard]] const std::vector<interaction>& interactions() const noexcept { return interactions_; }

  [[nodiscard]] const customer* find(std::string_view id) const noexcept {
    const auto found =
        std::find_if(customers_.begin(), customers_.end(), [&](const customer& c) { return c.id == id; });
    return found == customers_.end() ? nullptr : &*found;
  }

  /// Adds a record, or replaces the one with its id. A customer gets a new entity tag.
  const customer& put(customer record) {
    record.version = "\"" + std::to_string(++revision_) + "\"";
    return put_into(customers_, std::move(record));
  }
  void put(invoice record) { put_into(invoices_, std::move(record)); }
  void put(interaction record) { put_into(interactions_, std::move(record)); }

  /// Adds a new customer, with an id and a time of creation that are the same in every run.
  const customer& create(customer record) {
    do record.id = "mock-uuid-" + std::to_string(++last_id_);
    while (find(record.id) != nullptr);
    record.created_at = timestamp{first_creation.utc() + std::chrono::seconds{created_++}};
    return put(std::move(record));
  }

  /// Whether there was such a customer. Its invoices and interactions stay: the contract ties them by id alone.
  bool erase_customer(std::string_view id) {
    return std::erase_if(customers_, [&](const customer& c) { return c.id == id; }) != 0;
  }

 private:
  static constexpr timestamp first_creation{"2026-02-08T12:00:00Z"};

  template <class T>
  static const T& put_into(std::vector<T>& records, T record) {
    const auto old = std::find_if(records.begin(), records.end(), [&](const T& r) { return r.id == record.id; });
    if (old == records.end()) return records.emplace_back(std::move(record));
    return *old = std::move(record);
  }

  std::vector<customer> customers_;
  std::vector<invoice> invoices_;
  std::vector<interaction> interactions_;
  std::int64_t revision_ = 0;
  std::int64_t last_id_ = 0;
  std::int64_t created_ = 0;
};

}  // namespace crm::inline v0::testing::detail
