/// @file
/// Which endpoint a path means; every literal is `resource`'s.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <crm/http/uri.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>
#include <crm/model/resource.hpp>

namespace crm::inline v0::testing::detail {

enum class endpoint : unsigned char { customers, search, customer, interactions, invoices };

struct route {
  testing::detail::endpoint endpoint;
  /// The customer's, decoded, where the path holds one.
  std::string id{};
};

/// Nothing where the contract has no such path, and where a segment is not percent-encoded.
[[nodiscard]] inline std::optional<route> route_of(std::string_view path) {
  constexpr std::string_view customers = resource<customer>::path;
  if (path == customers) return route{endpoint::customers};
  if (path == resource<customer>::search_path) return route{endpoint::search};
  if (path == resource<invoice>::path) return route{endpoint::invoices};

  if (!path.starts_with(customers) || path.substr(customers.size(), 1) != "/") return std::nullopt;
  path.remove_prefix(customers.size() + 1);
  const std::string_view segment = path.substr(0, path.find('/'));
  const std::string_view below = path.substr(segment.size());
  auto id = http::decoded(segment);
  if (!id || id->empty()) return std::nullopt;
  if (below.empty()) return route{endpoint::customer, *std::move(id)};
  if (below == resource<interaction>::sub_path) return route{endpoint::interactions, *std::move(id)};
  return std::nullopt;
}

}  // namespace crm::inline v0::testing::detail
