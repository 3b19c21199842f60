/// @file
/// A contact with a customer, without its content. (Extension of the contract, for SOP 3, Quote Follow-Up.)
#pragma once

#include <array>
#include <optional>

#include <crm/model/fields.hpp>
#include <crm/model/form.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/model/vocabulary.hpp>

namespace crm::inline v0 {

struct direction_vocabulary {
  static constexpr std::string_view what = "direction";
  static constexpr std::array<std::string_view, 2> known{"inbound", "outbound"};
};
using direction_name = word_name<direction_vocabulary>;

struct direction_constants {
  static constexpr direction_name inbound{"inbound"};
  static constexpr direction_name outbound{"outbound"};
};

template <class Text>
struct basic_direction : word<direction_vocabulary, Text>, direction_constants {
  using word<direction_vocabulary, Text>::word;
};
using direction = basic_direction<std::string>;

struct channel_vocabulary {
  static constexpr std::string_view what = "channel";
  static constexpr std::array<std::string_view, 3> known{"email", "phone", "sms"};
};

template <class Text>
struct basic_channel : word<channel_vocabulary, Text> {
  using word<channel_vocabulary, Text>::word;
};
using channel = basic_channel<std::string>;

template <class Form>
struct basic_interaction {
  using text = typename Form::text;

  text id{};
  text customer_id{};
  basic_direction<text> direction{};
  std::optional<basic_channel<text>> channel{};
  timestamp occurred_at{};

  friend bool operator==(const basic_interaction&, const basic_interaction&) = default;
};

}  // namespace crm::inline v0

template <class Form>
struct boost::hana::accessors_impl<crm::basic_interaction<Form>> {
  static constexpr auto apply() {
    using crm::detail::field_row;
    using I = crm::basic_interaction<Form>;
    return make_tuple(field_row<"id", &I::id>(), field_row<"customer_id", &I::customer_id>(),
                      field_row<"direction", &I::direction>(), field_row<"channel", &I::channel>(),
                      field_row<"occurred_at", &I::occurred_at>());
  }
};
