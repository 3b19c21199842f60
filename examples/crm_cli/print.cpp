#include "print.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#include <crm/json/encode.hpp>
#include <crm/model/fields.hpp>

#include "text.hpp"

namespace crm_cli {

namespace {

/// What a list of customers shows on a terminal: fifteen fields do not fit on one, and the last go first.
constexpr std::array<std::string_view, 8> customer_columns{
    "id", "name", "status", "city", "services", "last_service_date", "phone", "email"};

/// A field's value as a cell; nothing is an empty one, and a list has commas as in a query.
template <class T>
std::string cell(const T& value) {
  if constexpr (std::integral<T>) {
    return std::to_string(value);
  } else if constexpr (std::same_as<T, crm::season>) {
    return std::to_string(value.year());
  } else if constexpr (requires { to_string(value); }) {
    return to_string(value);
  } else if constexpr (requires { value.str(); }) {
    return std::string{value.str()};
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return value;
  } else if constexpr (requires { value.has_value(); }) {
    return value ? cell(*value) : std::string{};
  } else {
    std::string text;
    for (const auto& item : value) text.append(text.empty() ? "" : ",").append(cell(item));
    return text;
  }
}

/// The entity tag, which is no field of the record.
template <class T>
const std::string* version_of(const T& r, bool wanted) {
  if constexpr (requires { r.version; })
    if (wanted && !r.version.empty()) return &r.version;
  return nullptr;
}

/// Every field of every record, in the order of the contract.
template <class T>
table to_table(std::span<const T> records, bool with_version) {
  table made;
  crm::for_each_field(T{}, [&](auto, std::string_view name, const auto& value) {
    made.columns.push_back({std::string{name}, std::integral<std::remove_cvref_t<decltype(value)>>});
  });
  if (with_version) made.columns.push_back({"version"});
  for (const T& r : records) {
    auto& row = made.rows.emplace_back();
    crm::for_each_field(r, [&](auto, auto, const auto& value) { row.push_back(cell(value)); });
    if (!with_version) continue;
    const std::string* version = version_of(r, true);
    row.push_back(version == nullptr ? "" : *version);
  }
  return made;
}

/// These columns alone, in this order.
template <class T>
table selected(const table& from, std::span<const std::string_view> names) {
  table made;
  made.rows.resize(from.rows.size());
  for (const auto name : names) {
    const std::size_t index = crm::field_index<T>(name);
    made.columns.push_back(from.columns[index]);
    for (std::size_t i = 0; i < from.rows.size(); ++i) made.rows[i].push_back(from.rows[i][index]);
  }
  return made;
}

template <class T>
std::string json_lines(std::span<const T> records, bool with_version) {
  std::string out;
  for (const T& r : records) {
    std::string line;
    crm::json::append_value(line, r);
    if (const std::string* version = version_of(r, with_version)) {
      line.back() = ',';
      line += "\"version\":";
      crm::json::append_string(line, *version);
      line += '}';
    }
    out.append(visible_json(line)).append("\n");
  }
  return out;
}

/// RFC 4180. What a spreadsheet could take for a formula stays the text it is, in quotes: the receiver's reader must
/// treat text as text, and a changed phone number (`+1 612…`) would be a wrong one.
std::string csv(const table& records) {
  std::string out;
  const auto append_cell = [&](const std::string& text, bool first) {
    if (!first) out += ',';
    const bool quoted =
        text.find_first_of(",\"\r\n") != std::string::npos || text.find_first_of("=+-@ \t") == 0 || text.ends_with(' ');
    if (!quoted) return void(out += text);
    out += '"';
    for (const char c : text) out.append(c == '"' ? 2 : 1, c);
    out += '"';
  };
  for (std::size_t i = 0; i < records.columns.size(); ++i) append_cell(records.columns[i].name, i == 0);
  out += "\r\n";
  for (const auto& row : records.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) append_cell(row[i], i == 0);
    out += "\r\n";
  }
  return out;
}

template <class T>
std::string list_text(const std::vector<T>& records, format wanted, const look& how) {
  switch (wanted) {
    case format::json: return json_lines<T>(records, false);
    case format::csv: return csv(to_table<T>(records, false));
    case format::table: break;
  }
  const table all = to_table<T>(records, false);
  if constexpr (std::same_as<T, crm::customer>) return render(selected<T>(all, customer_columns), how);
  return render(all, how);
}

}  // namespace

std::string to_text(const answer& records, format wanted, const look& how, bool with_version) {
  const auto text = [&]<class T>(const T& found) {
    if constexpr (std::same_as<T, crm::customer>) {
      const std::span<const crm::customer> one{&found, 1};
      if (wanted == format::json) return json_lines(one, with_version);
      const table sheet = to_table(one, with_version);
      return wanted == format::csv ? csv(sheet) : render_sheet(sheet, how);
    } else {
      return list_text(found, wanted, how);
    }
  };
  return std::visit(text, records);
}

}  // namespace crm_cli
