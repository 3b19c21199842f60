#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query.hpp"
#include "store/sqlite.hpp"

namespace reference_crm {

struct customer {
  std::int64_t seq = 0;
  std::string id;
  std::string name;
  std::optional<std::string> email;
  std::optional<std::string> phone;
  std::optional<std::string> address;
  std::optional<std::string> city;
  std::optional<std::string> state;
  std::optional<std::string> zip;
  std::vector<std::string> services;
  std::optional<std::string> status;
  std::optional<std::string> last_service_date;
  std::optional<std::string> notes;
  std::optional<std::string> source;
  std::string created_at;
  std::vector<std::int64_t> signed_seasons;
  bool omit_absent = false;  ///< Leave absent attributes out of the JSON, instead of null.
  std::int64_t version = 1;
};

/// An optional text, under the name that both the wire and the table give it.
struct text_attribute {
  std::string_view name;
  std::optional<std::string> customer::*member;
};

inline constexpr std::array<text_attribute, 10> text_attributes = {{
    {"email", &customer::email},
    {"phone", &customer::phone},
    {"address", &customer::address},
    {"city", &customer::city},
    {"state", &customer::state},
    {"zip", &customer::zip},
    {"status", &customer::status},
    {"last_service_date", &customer::last_service_date},
    {"notes", &customer::notes},
    {"source", &customer::source},
}};

struct customer_filter {
  std::optional<std::string> status;
  std::vector<std::string> services;  ///< Any of them; empty for no filter.
  std::optional<std::int64_t> not_signed_for_season;
  std::optional<std::string> last_service_before;
  std::optional<std::string> city;
};

template <typename Item>
struct page_of {
  std::vector<Item> items;
  std::int64_t total = 0;
};

/// Both reads of a list want one transaction around them, so that the total belongs to the page.
page_of<customer> list_customers(connection& db, const customer_filter& filter, const page_request& page);

std::optional<customer> find_customer(connection& db, const std::string& id);
std::optional<customer> find_customer_by_seq(connection& db, std::int64_t seq);
bool any_customers(connection& db);

/// Writes a new row, with its words for the search, and sets its seq.
void insert_customer(connection& db, customer& made);

/// Writes every attribute back and counts the version up.
void update_customer(connection& db, customer& changed);

}  // namespace reference_crm
