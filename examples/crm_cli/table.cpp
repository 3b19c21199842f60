#include "table.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string_view>

#include "text.hpp"

namespace crm_cli {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t least_width = 12;  // of a cell that is cut: below that it says too little

void append_bold(std::string& out, std::string_view text, bool bold) {
  if (bold) out += "\x1b[1m";
  out += text;
  if (bold) out += "\x1b[0m";
}

std::size_t line_width(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
}

/// Takes a column's width from the widest that may be cut, until the line fits. The first column, which is the
/// id by which a record is found again, is only cut when it is alone.
void fit(std::vector<std::size_t>& widths, std::size_t limit) {
  while (line_width(widths) > limit) {
    const auto widest = std::max_element(widths.begin() + 1, widths.end());
    if (widest != widths.end() && *widest > least_width) {
      --*widest;
    } else if (widths.size() > 1) {
      widths.pop_back();
      fit(widths, limit);
    } else {
      widths.front() = std::max<std::size_t>(limit, 1);
      return;
    }
  }
}

void append_line(std::string& out, const std::vector<column>& columns, const std::vector<std::string>& cells,
                 const std::vector<std::size_t>& widths, bool bold) {
  std::string line;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string cell = fitted(cells[i], widths[i]);
    const std::string padding(widths[i] - std::min(widths[i], display_width(cell)), ' ');
    line.append(i == 0 ? 0 : gap, ' ').append(columns[i].is_number ? padding + cell : cell + padding);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  append_bold(out, line, bold);
  out += '\n';
}

}  // namespace

std::string render(const table& records, const look& how) {
  std::vector<std::vector<std::string>> lines(1);
  for (const auto& column : records.columns) lines.front().push_back(column.name);
  for (const auto& row : records.rows) {
    auto& line = lines.emplace_back();
    std::transform(row.begin(), row.end(), std::back_inserter(line), [](const auto& cell) { return visible(cell); });
  }

  std::vector<std::size_t> widths(records.columns.size(), 0);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
  if (how.width) fit(widths, *how.width);

  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i)
    append_line(out, records.columns, lines[i], widths, how.bold && i == 0);
  return out;
}

std::string render_sheet(const table& records, const look& how) {
  std::size_t widest = 0;
  for (const auto& column : records.columns) widest = std::max(widest, display_width(column.name));
  std::string out;
  for (const auto& row : records.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string& name = records.columns[i].name;
      append_bold(out, name, how.bold);
      if (!row[i].empty()) out.append(widest - display_width(name) + gap, ' ').append(visible(row[i]));
      out += '\n';
    }
  }
  return out;
}

}  // namespace crm_cli
