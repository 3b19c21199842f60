/// @file
/// A customer's status: active, past, lead, cold, or a word the library does not know yet.
#pragma once

#include <array>

#include <crm/model/form.hpp>
#include <crm/model/vocabulary.hpp>

namespace crm::inline v0 {

/// The words of ADR 10, CRM API Contract.
struct status_vocabulary {
  static constexpr std::string_view what = "status";
  static constexpr std::array<std::string_view, 4> known{"active", "past", "lead", "cold"};
};
using status_name = word_name<status_vocabulary>;

struct status_constants {
  static constexpr status_name active{"active"};
  static constexpr status_name past{"past"};
  static constexpr status_name lead{"lead"};
  static constexpr status_name cold{"cold"};
};

template <class Text>
struct basic_status : word<status_vocabulary, Text>, status_constants {
  using word<status_vocabulary, Text>::word;
};
/// `crm::status::past`, or `crm::status{text}` for a word met at run time.
using status = basic_status<std::string>;
using status_view = basic_status<std::string_view>;

}  // namespace crm::inline v0
