/// @file
/// The null observer.
#pragma once

#include <crm/observe/concept.hpp>

namespace crm::inline v0 {

/// Is told nothing, takes no room and no time.
struct null_observer {
  static constexpr bool observes_nothing = true;
};

}  // namespace crm::inline v0
