#include "inputs/quotes.hpp"

#include <algorithm>
#include <fstream>
#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/database.hpp"

namespace sop {

namespace {

/// It is kept, so it must be a number and not, say, a name.
bool is_quote_number(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
           c == '_';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), plain);
}

quote read_quote(const std::string& line, const std::string& place) {
  const auto object = nlohmann::json::parse(line, nullptr, false);
  const auto text = [&](const char* name) {
    return object.is_object() && object.contains(name) && object[name].is_string() ? object[name].get<std::string>()
                                                                                   : std::string{};
  };
  const auto sent_at = crm::timestamp::parse(text("sent_at"));
  if (!is_quote_number(text("quote")) || text("customer_id").empty() || !sent_at)
    throw unusable(place +
                   R"( is no quote: {"quote": "Q-17", "customer_id": "...", "sent_at": "2026-01-20T15:00:00Z"})");
  return {text("quote"), text("customer_id"), *sent_at};
}

}  // namespace

std::vector<quote> read_quotes(const std::string& file) {
  std::ifstream in{file};
  if (!in) throw unusable("the quotes in " + file + " cannot be read");
  std::vector<quote> quotes;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") != std::string::npos)
      quotes.push_back(read_quote(line, file + ", line " + std::to_string(number) + ","));
  }
  if (in.bad() || !in.eof()) throw unusable("the quotes in " + file + " cannot be read");
  return quotes;
}

}  // namespace sop
