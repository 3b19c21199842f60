/// @file
/// What a write names: a patch (absent, set or null per field; RFC 7396) and a new record.
#pragma once

#include <array>
#include <bitset>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <crm/detail/contains.hpp>
#include <crm/detail/optional.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/resource.hpp>
#include <crm/result.hpp>

namespace crm::inline v0 {

/// Clears a field: `crm::customer_patch{}.email(crm::null)`.
struct null_t {
  explicit constexpr null_t() = default;
};
inline constexpr null_t null{};

namespace detail {

/// An optional can be nothing, and a list empty; any other field always has a value.
template <class T>
concept clearable = is_optional<T> ||(requires(T& list) {
  list.begin();
  list.end();
} && !std::convertible_to<T, std::string_view>);

}  // namespace detail

/// Some fields of a record with their values; the others are not spoken of. A named optional without a value,
/// and a named empty list, clear the field.
template <record T>
class attributes {
 public:
  [[nodiscard]] bool empty() const noexcept { return named_.none(); }
  [[nodiscard]] bool names(std::size_t field) const noexcept { return named_[field]; }
  [[nodiscard]] const T& values() const noexcept { return values_; }

  /// Copies every named field onto `target`.
  void apply_to(T& target) const {
    for_each_field(values_, [&](auto index, auto, const auto& value) {
      if (named_[index]) field_at<decltype(index)::value>(target) = value;
    });
  }

  /// Sets a field at run time by position, for decoders.
  [[nodiscard]] T& raw_values() noexcept { return values_; }
  void raw_name(std::size_t field) noexcept { named_.set(field); }

 protected:
  template <fixed_string Name, class V>
  void assign(V&& value) {
    static_assert(has_field<T, Name>, "this record has no field of that name: correct the name");
    static_assert(!detail::contains(resource<T>::read_only, Name.view()),
                  "the CRM alone writes this field: leave it out of patches and new records");
    if constexpr (has_field<T, Name>) {  // what else the compiler would say hides what it said
      constexpr std::size_t index = field_index<T>(Name.view());
      using Field = field_type_at<T, index>;
      if constexpr (std::same_as<std::remove_cvref_t<V>, null_t>) {
        static_assert(detail::clearable<Field>,
                      "this field is always there: set it to another value instead of clearing it");
        field_at<index>(values_) = Field{};
      } else {
        field_at<index>(values_) = std::forward<V>(value);
      }
      named_.set(index);
    }
  }

 private:
  T values_{};
  std::bitset<field_count<T>> named_;
};

/// Changes to a record. Each `set` and `clear` is checked by the compiler against the record's fields.
template <class T>
class patch : public attributes<T> {
 public:
  template <fixed_string Name, class V>
  patch& set(V&& value) {
    this->template assign<Name>(std::forward<V>(value));
    return *this;
  }
  template <fixed_string Name>
  patch& clear() {
    this->template assign<Name>(null);
    return *this;
  }
};

/// A record to be created: constructed from its required fields, in the order of `resource<T>::required`.
template <record T>
class draft : public attributes<T> {
 public:
  template <class... Required>
    requires(!(std::derived_from<std::remove_cvref_t<Required>, draft> || ...))
  explicit draft(Required&&... values) {
    constexpr auto& required = resource<T>::required;
    static_assert(sizeof...(values) == required.size(),
                  "a new record is made from its required fields: crm::new_customer{name}");
    if constexpr (sizeof...(values) == required.size()) {
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (this->template assign<name_of<required[I].size()>(required[I])>(std::forward<Required>(values)), ...);
      }
      (std::make_index_sequence<sizeof...(values)>{});
    }
  }

  template <fixed_string Name, class V>
  draft& set(V&& value) {
    this->template assign<Name>(std::forward<V>(value));
    return *this;
  }

  /// An error where a required text is empty.
  [[nodiscard]] result<void> check() const {
    result<void> sound;
    for_each_field(this->values(), [&](auto, std::string_view name, const auto& f) {
      if constexpr (std::convertible_to<decltype(f), std::string_view>)
        if (detail::contains(resource<T>::required, name) && std::string_view{f}.empty())
          sound = invalid_argument(std::string{name}.append(" is empty"));
    });
    return sound;
  }

 private:
  template <std::size_t N>
  static consteval fixed_string<N + 1> name_of(std::string_view text) {
    char chars[N + 1]{};
    for (std::size_t i = 0; i < N; ++i) chars[i] = text[i];
    return fixed_string<N + 1>{chars};
  }
};

/// A value, or `crm::null`.
template <class T>
class value_or_null {
 public:
  template <std::convertible_to<T> V>
  value_or_null(V&& value) : value_{std::forward<V>(value)} {}
  value_or_null(null_t) {}

  [[nodiscard]] std::optional<T>&& take() && noexcept { return std::move(value_); }

 private:
  std::optional<T> value_;
};

/// A customer's settable fields by name; shared by `customer_patch` and `new_customer`.
template <class Self>
class customer_setters {
 public:
  Self& name(std::string value) { return put<"name">(std::move(value)); }
  Self& email(value_or_null<std::string> value) { return put<"email">(std::move(value).take()); }
  Self& phone(value_or_null<std::string> value) { return put<"phone">(std::move(value).take()); }
  Self& address(value_or_null<std::string> value) { return put<"address">(std::move(value).take()); }
  Self& city(value_or_null<std::string> value) { return put<"city">(std::move(value).take()); }
  Self& state(value_or_null<std::string> value) { return put<"state">(std::move(value).take()); }
  Self& zip(value_or_null<std::string> value) { return put<"zip">(std::move(value).take()); }
  Self& services(std::vector<crm::service> value) { return put<"services">(std::move(value)); }
  Self& services(std::initializer_list<service_name> value) {
    return put<"services">(std::vector<crm::service>(value.begin(), value.end()));
  }
  Self& status(status_name value) { return put<"status">(crm::status{value}); }
  Self& status(value_or_null<crm::status> value) { return put<"status">(std::move(value).take()); }
  Self& last_service_date(value_or_null<date> value) { return put<"last_service_date">(std::move(value).take()); }
  Self& notes(value_or_null<std::string> value) { return put<"notes">(std::move(value).take()); }
  Self& source(value_or_null<std::string> value) { return put<"source">(std::move(value).take()); }
  Self& signed_seasons(std::vector<season> value) { return put<"signed_seasons">(std::move(value)); }

 private:
  template <fixed_string Name, class V>
  Self& put(V&& value) {
    auto& self = static_cast<Self&>(*this);
    self.template set<Name>(std::forward<V>(value));
    return self;
  }
};

/// `crm::customer_patch{}.status(crm::status::active).notes("Re-signed").email(crm::null)`.
class customer_patch : public patch<customer>, public customer_setters<customer_patch> {};

/// `crm::new_customer{"Jane Smith"}.email("jane@example.com").status(crm::status::lead)`.
class new_customer : public draft<customer>, public customer_setters<new_customer> {
 public:
  explicit new_customer(std::string name) : draft<customer>{std::move(name)} {}
  template <class Never = void>
  new_customer() {
    static_assert(!std::is_void_v<Never>, "a new customer needs a name: crm::new_customer{name}");
  }
};

}  // namespace crm::inline v0
