/// @file
/// What the contestants of `decode/…` share. A contestant is made of a body, and reads it as often as it is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

#include <benchmark/benchmark.h>

#include <crm/json/document.hpp>
#include <crm/json/encode.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/page.hpp>

#include "bench/page_body.hpp"

namespace bench {

/// Records in either form, told in one way.
template <std::ranges::range Records>
std::string told(const Records& records) {
  std::string out;
  for (const auto& each : records) crm::json::append_value(out, each);
  return out;
}

template <class T>
T checked(crm::result<T> read) {
  if (!read) std::abort();
  return *std::move(read);
}

/// Adds a contestant, for so many customers. One whose records are told must read what we read.
template <class Contestant>
void add(const std::string& name, std::size_t customers, page_kind kind = page_kind::ordered) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    const std::string body = page_body(customers, kind);
    Contestant contestant{body};
    if constexpr (requires { told(contestant.read()); }) {
      const auto page = checked(crm::json::decode_page<crm::customer>(std::string_view{body}));
      if (told(contestant.read()) != told(page.records())) return state.SkipWithError("other records than ours");
    }
    for (auto _ : state) {
      auto&& read = contestant.read();
      benchmark::DoNotOptimize(read);
      benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
  });
}

/// For a page of each size: of the usual one, and of a large one, unless said otherwise.
template <class Contestant>
void add_sizes(const std::string& what, const std::string& who,
               std::initializer_list<std::size_t> sizes = {25, 10'000}) {
  for (const std::size_t each : sizes) add<Contestant>("decode/" + what + std::to_string(each) + "/" + who, each);
}

/// What is drawn by the size of the page.
inline constexpr auto all_sizes = {std::size_t{1},   std::size_t{5},     std::size_t{25},
                                   std::size_t{100}, std::size_t{1'000}, std::size_t{10'000}};

/// What makes an optional field of the text that stands for it.
inline void set(std::string& out, std::string_view text) { out = text; }
inline void set(std::string_view& out, std::string_view text) { out = text; }
template <class T>
void set(std::optional<T>& out, std::string_view text) {
  if constexpr (requires { T::read(text); }) {
    out = T::read(text);
    if (!out) std::abort();
  } else if constexpr (requires { typename T::text_type; }) {
    out.emplace(typename T::text_type{text});
  } else {
    out.emplace(text);
  }
}

/// Each field that is text, by its key: `f(key, field)`, in the order of the bodies, with `services` and `seasons`
/// called in between.
template <class Customer, class Text, class Services, class Seasons>
void for_each_field(Customer& c, Text text, Services services, Seasons seasons) {
  text("id", c.id);
  text("name", c.name);
  text("email", c.email);
  text("phone", c.phone);
  text("address", c.address);
  text("city", c.city);
  text("state", c.state);
  text("zip", c.zip);
  services("services");
  text("status", c.status);
  text("last_service_date", c.last_service_date);
  text("notes", c.notes);
  text("source", c.source);
  text("created_at", c.created_at);
  seasons("signed_seasons");
}

}  // namespace bench
