#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace reference_crm {

/// The scheme of an Authorization header, in lower case, and what follows it (RFC 9110, section 11.4).
inline std::pair<std::string, std::string_view> split_credentials(std::string_view header) {
  const auto space = std::min(header.find(' '), header.size());
  std::string scheme(header.substr(0, space));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  auto rest = header.substr(space);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return {std::move(scheme), rest};
}

}  // namespace reference_crm
