/// @file
/// Aligned text for people: a table of many records, a sheet of one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace crm_cli {

struct column {
  std::string name;
  bool is_number = false;
};

/// Cells are as the CRM sent them; `render` makes them fit for a terminal.
struct table {
  std::vector<column> columns;
  std::vector<std::vector<std::string>> rows;
};

struct look {
  /// Columns of the terminal; as wide as it takes where absent.
  std::optional<std::size_t> width;
  bool bold = false;
};

/// A header and a line a row. Where it is too wide, the widest cells are cut first, the first column's last, and
/// then the last columns are left out.
[[nodiscard]] std::string render(const table& records, const look& how);

/// A line a field, nothing cut: a row of `records`, usually the only one.
[[nodiscard]] std::string render_sheet(const table& records, const look& how);

}  // namespace crm_cli
