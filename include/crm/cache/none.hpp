/// @file
/// The null cache.
#pragma once

#include <crm/cache/concept.hpp>

namespace crm::inline v0 {

/// Every read asks the CRM.
struct no_cache {
  [[nodiscard]] cached_response lookup(const cache_key&) const noexcept { return nullptr; }
  void store(const cache_key&, const cached_response&) const noexcept {}
  void forget(const touched_paths&) const noexcept {}
};

}  // namespace crm::inline v0
