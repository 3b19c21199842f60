// How fast a page becomes records, beside simdjson itself; decode_peers.cpp has the others.
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <simdjson.h>

#include <crm/json/document.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/fields.hpp>

#include "bench/decode.hpp"

namespace {

namespace ondemand = simdjson::ondemand;
using bench::page_kind;
using crm::json::detail::scanner;
using crm::json::detail::token;
using crm::json::detail::tokenized;

// --- ours -----------------------------------------------------------------------------------------------------------

/// As a client does it: the body comes with the answer, and the page takes it. A page is used again, or not.
template <bool Reused>
class views {
 public:
  explicit views(std::string body) : body_{std::move(body)} {}
  std::span<const crm::customer_view> read() {
    if (page_) {
      auto spent = std::move(*page_).recycle();
      body_ = std::move(spent.text->body);
      if (Reused) used_ = std::move(spent);
    }
    page_.emplace(bench::checked(crm::json::decode_page<crm::customer_view>(std::move(body_), std::move(used_))));
    return page_->records();
  }

 private:
  std::string body_;
  std::optional<crm::page<crm::customer_view>> page_;
  crm::page<crm::customer_view>::spent used_;
};

class values {
 public:
  explicit values(std::string body) : body_{std::move(body)} {}
  std::vector<crm::customer> read() const {
    return bench::checked(crm::json::decode_page<crm::customer>(std::string_view{body_})).take();
  }

 private:
  std::string body_;
};

// --- the same tokens, read by hand: what the field list of Hana costs -----------------------------------------------

class by_hand : public scanner {
 public:
  using scanner::scanner;

  token fields(token at, crm::customer_view& c, const crm::json::detail::field_order<crm::customer_view>&) {
    const bool sound = has<"\"id\":">(at, '{') && text(at, c.id) && has<"\"name\":">(at) && text(at, c.name) &&
                       has<"\"email\":">(at) && text(at, c.email) && has<"\"phone\":">(at) && text(at, c.phone) &&
                       has<"\"address\":">(at) && text(at, c.address) && has<"\"city\":">(at) && text(at, c.city) &&
                       has<"\"state\":">(at) && text(at, c.state) && has<"\"zip\":">(at) && text(at, c.zip) &&
                       has<"\"services\":">(at) && services(at, c) && has<"\"status\":">(at) && text(at, c.status) &&
                       has<"\"last_service_date\":">(at) && text(at, c.last_service_date) && has<"\"notes\":">(at) &&
                       text(at, c.notes) && has<"\"source\":">(at) && text(at, c.source) &&
                       has<"\"created_at\":">(at) && text(at, c.created_at) && has<"\"signed_seasons\":">(at) &&
                       seasons(at, c) && peek(at) == '}';
    return sound ? at + 1 : nullptr;
  }

 private:
  template <crm::fixed_string Key>
  bool has(token& at, char mark = ',') const {
    if (peek(at) != mark || !is_key<Key>(at + 1)) return false;
    at += 3;
    return true;
  }
  bool text(token& at, std::string_view& out) { return (at = scanner::text(at, out)) != nullptr; }
  template <class T>
  bool text(token& at, std::optional<T>& out) {
    if (peek(at) == 'n') return (at = word<"null">(at)) != nullptr;
    std::string_view read;
    if (!text(at, read)) return false;
    if constexpr (requires { T::read(read); })
      out = T::read(read);
    else
      out.emplace(read);
    return out.has_value();
  }
  bool services(token& at, crm::customer_view& c) {
    auto* const place = store().allocate<crm::service_view>(items(at));
    std::size_t size = 0;
    at = array(at, [&](token it) {
      std::string_view word;
      it = scanner::text(it, word);
      if (it != nullptr) std::construct_at(place + size++, word);
      return it;
    });
    c.services = {place, size};
    return at != nullptr;
  }
  bool seasons(token& at, crm::customer_view& c) {
    auto* const place = store().allocate<crm::season>(items(at));
    std::size_t size = 0;
    at = array(at, [&](token it) -> token {
      int year = 0;
      it = integer(it, year);
      const auto read = crm::season::read(year);
      if (!read) return nullptr;
      std::construct_at(place + size++, *read);
      return it;
    });
    c.signed_seasons = {place, size};
    return at != nullptr;
  }
};

template <class Reader>
class all_records {
 public:
  explicit all_records(std::string body) : body_{std::move(body)} {}
  const std::vector<crm::customer_view>& read() {
    records_.clear();
    store_.clear();
    const tokenized tokens{body_};
    Reader in{body_, tokens.get(), store_};
    crm::json::detail::field_order<crm::customer_view> usual;
    const token end = in.object(in.begin(), [&](std::string_view key, token value) {
      if (key != "customers") return in.skip(value);
      return in.array(value, [&](token at) {
        return in.fields(at, records_.emplace_back(crm::detail::fresh<crm::customer_view>{}), usual);
      });
    });
    if (end == nullptr) std::abort();
    return records_;
  }

 private:
  std::string body_;
  crm::detail::arena store_;
  std::vector<crm::customer_view> records_;
};

// --- simdjson -------------------------------------------------------------------------------------------------------

class stage_1 {
 public:
  explicit stage_1(std::string body) : body_{std::move(body)} {}
  std::size_t read() const { return tokenized{body_}.get().size(); }

 private:
  std::string body_;
};

/// Every key and value of every customer; nothing is unescaped, converted or kept.
class ondemand_raw {
 public:
  explicit ondemand_raw(const std::string& body) : body_{body} {}
  std::size_t read() {
    ondemand::document document = parser_.iterate(body_);
    std::size_t count = 0;
    for (ondemand::object customer : document["customers"])
      for (auto&& field : customer) {
        ondemand::raw_json_string key = field.key();
        count += static_cast<std::size_t>(key.raw()[0]);
        auto&& value = field.value();
        ondemand::raw_json_string text;
        if (value.get(text) == simdjson::SUCCESS) ++count;
      }
    return count;
  }

 private:
  simdjson::padded_string body_;
  ondemand::parser parser_;
};

/// The public interface at its best: keys in the order they come in, values by reference. Text is unescaped into the
/// parser's memory, which the views point into.
class ondemand_views {
 public:
  explicit ondemand_views(const std::string& body) : body_{body} {}
  const std::vector<crm::customer_view>& read() {
    records_.clear();
    store_.clear();
    ondemand::document document = parser_.iterate(body_);
    for (ondemand::object from : document["customers"]) {
      auto& c = records_.emplace_back(crm::detail::fresh<crm::customer_view>{});
      bench::for_each_field(
          c,
          [&](std::string_view key, auto& out) {
            auto&& value = from.find_field(key);
            if (std::string_view text; value.get(text) == simdjson::SUCCESS) bench::set(out, text);
          },
          [&](std::string_view key) {
            ondemand::array list = from.find_field(key);
            auto* const place = store_.allocate<crm::service_view>(list.count_elements());
            std::size_t size = 0;
            for (std::string_view each : list) std::construct_at(place + size++, each);
            c.services = {place, size};
          },
          [&](std::string_view key) {
            ondemand::array list = from.find_field(key);
            auto* const place = store_.allocate<crm::season>(list.count_elements());
            std::size_t size = 0;
            for (std::int64_t each : list) std::construct_at(place + size++, *crm::season::read(each));
            c.signed_seasons = {place, size};
          });
    }
    return records_;
  }

 private:
  simdjson::padded_string body_;
  ondemand::parser parser_;
  crm::detail::arena store_;
  std::vector<crm::customer_view> records_;
};

/// The same, into records that own their text.
class ondemand_strings {
 public:
  explicit ondemand_strings(const std::string& body) : body_{body} {}
  std::vector<crm::customer> read() {
    std::vector<crm::customer> records;
    ondemand::document document = parser_.iterate(body_);
    for (ondemand::object from : document["customers"]) {
      auto& c = records.emplace_back();
      bench::for_each_field(
          c,
          [&](std::string_view key, auto& out) {
            auto&& value = from.find_field(key);
            if (std::string_view text; value.get(text) == simdjson::SUCCESS) bench::set(out, text);
          },
          [&](std::string_view key) {
            for (std::string_view each : from.find_field(key)) c.services.emplace_back(std::string{each});
          },
          [&](std::string_view key) {
            for (std::int64_t each : from.find_field(key)) c.signed_seasons.push_back(*crm::season::read(each));
          });
    }
    return records;
  }

 private:
  simdjson::padded_string body_;
  ondemand::parser parser_;
};

class simdjson_dom {
 public:
  explicit simdjson_dom(const std::string& body) : body_{body} {}
  std::vector<crm::customer> read() {
    std::vector<crm::customer> records;
    for (simdjson::dom::object from : parser_.parse(body_)["customers"]) {
      auto& c = records.emplace_back();
      bench::for_each_field(
          c,
          [&](std::string_view key, auto& out) {
            if (std::string_view text; from[key].get(text) == simdjson::SUCCESS) bench::set(out, text);
          },
          [&](std::string_view key) {
            for (std::string_view each : from[key]) c.services.emplace_back(std::string{each});
          },
          [&](std::string_view key) {
            for (std::int64_t each : from[key]) c.signed_seasons.push_back(*crm::season::read(each));
          });
    }
    return records;
  }

 private:
  simdjson::padded_string body_;
  simdjson::dom::parser parser_;
};

const int added = [] {
  using bench::add;
  using bench::add_sizes;
  add_sizes<views<false>>("views", "ours", bench::all_sizes);
  add_sizes<views<true>>("views", "ours_reused");
  add_sizes<stage_1>("views", "stage1");
  add_sizes<ondemand_raw>("views", "ondemand_raw", bench::all_sizes);
  add_sizes<ondemand_views>("views", "ondemand_views");
  add_sizes<ondemand_strings>("views", "ondemand_strings", bench::all_sizes);
  add_sizes<simdjson_dom>("views", "simdjson_dom");
  add<views<false>>("decode/shuffled25/ours", 25, page_kind::shuffled);
  add<views<false>>("decode/shuffled_each25/ours", 25, page_kind::shuffled_each);
  add<views<false>>("decode/escaped25/ours", 25, page_kind::escaped);
  add_sizes<all_records<crm::json::detail::quick_reader>>("handwritten", "ours");
  add_sizes<all_records<by_hand>>("handwritten", "by_hand");
  add_sizes<values>("owning", "ours");
  add_sizes<ondemand_strings>("owning", "ondemand_strings");
  return 0;
}();

}  // namespace
