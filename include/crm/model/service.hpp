/// @file
/// A service a customer has had: fertilizer, weed control, mowing, snow removal, or another word.
#pragma once

#include <array>

#include <crm/model/form.hpp>
#include <crm/model/vocabulary.hpp>

namespace crm::inline v0 {

/// The words of ADR 10, CRM API Contract.
struct service_vocabulary {
  static constexpr std::string_view what = "service";
  static constexpr std::array<std::string_view, 4> known{"fertilizer", "weed_control", "mowing", "snow_removal"};
};
/// A service of one's own: `constexpr auto aeration = crm::service_name::declare("aeration");`
using service_name = word_name<service_vocabulary>;

struct service_constants {
  static constexpr service_name fertilizer{"fertilizer"};
  static constexpr service_name weed_control{"weed_control"};
  static constexpr service_name mowing{"mowing"};
  static constexpr service_name snow_removal{"snow_removal"};
};

template <class Text>
struct basic_service : word<service_vocabulary, Text>, service_constants {
  using word<service_vocabulary, Text>::word;
};
using service = basic_service<std::string>;
using service_view = basic_service<std::string_view>;

}  // namespace crm::inline v0
