#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http.hpp"

namespace reference_crm {

/// Undoes percent-encoding; empty where an escape is broken. `+` is a space where `plus_is_space`.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// Takes a target's query apart; throws a 400 problem where it is not well-formed UTF-8 percent-encoding.
query_pairs parse_query(std::string_view text);

/// Which slice of a list is asked for.
struct page_request {
  std::int64_t page = 1;
  std::int64_t per_page = 25;

  std::int64_t offset() const { return (page - 1) * per_page; }
};

/// The one value of a parameter, absent if not given; throws 422 where it is empty or given twice.
std::optional<std::string> single(const query_pairs& query, std::string_view name);

/// `name=a,b` and `name[]=a&name[]=b`, together.
std::vector<std::string> several(const query_pairs& query, std::string_view name);

std::optional<std::string> day_parameter(const query_pairs& query, std::string_view name);
std::optional<std::int64_t> integer_parameter(const query_pairs& query, std::string_view name, std::int64_t least,
                                              std::int64_t most);
page_request page_parameters(const query_pairs& query, std::int64_t max_per_page);

}  // namespace reference_crm
