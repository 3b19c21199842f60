/// @file
/// One field list, two forms: what a record's text and lists are made of.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <crm/fwd.hpp>

namespace crm::inline v0 {

/// Records that own what they hold.
struct owning_form {
  using text = std::string;
  template <class T>
  using list = std::vector<T>;
};

/// Records that point into the page they came from, and die with it.
struct viewing_form {
  using text = std::string_view;
  template <class T>
  using list = std::span<const T>;
};

}  // namespace crm::inline v0
