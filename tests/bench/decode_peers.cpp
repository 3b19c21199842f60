// What else reads JSON into the same records: the usual documents, as a user walks them.
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#if __has_include(<rapidjson/document.h>)
#include <rapidjson/document.h>
#else
#pragma message("rapidjson is not measured: install rapidjson-dev")
#endif
#ifdef CRM_BENCH_WITH_YYJSON
#include <yyjson.h>
#endif
#ifdef CRM_BENCH_WITH_GLAZE
#include <glaze/glaze.hpp>
#endif

#include <crm/detail/arena.hpp>
#include <crm/detail/fresh.hpp>
#include <crm/model/customer.hpp>

#include "bench/decode.hpp"

namespace {

class nlohmann_dom {
 public:
  explicit nlohmann_dom(std::string body) : body_{std::move(body)} {}
  std::vector<crm::customer> read() const {
    std::vector<crm::customer> records;
    const auto document = nlohmann::json::parse(body_);
    for (const auto& from : document.at("customers")) {
      auto& c = records.emplace_back();
      bench::for_each_field(
          c,
          [&](const char* key, auto& out) {
            const auto member = from.find(key);
            if (member != from.end() && !member->is_null())
              bench::set(out, member->template get_ref<const std::string&>());
          },
          [&](const char* key) {
            for (const auto& each : from.at(key)) c.services.emplace_back(each.template get_ref<const std::string&>());
          },
          [&](const char* key) {
            for (const auto& each : from.at(key))
              c.signed_seasons.push_back(*crm::season::read(each.template get<int>()));
          });
    }
    return records;
  }

 private:
  std::string body_;
};

#if __has_include(<rapidjson/document.h>)
class rapidjson_dom {
 public:
  explicit rapidjson_dom(std::string body) : body_{std::move(body)} {}
  std::vector<crm::customer> read() const {
    std::vector<crm::customer> records;
    rapidjson::Document document;
    if (document.Parse(body_.data(), body_.size()).HasParseError()) std::abort();
    const auto text_of = [](const rapidjson::Value& v) { return std::string_view{v.GetString(), v.GetStringLength()}; };
    for (const auto& from : document["customers"].GetArray()) {
      auto& c = records.emplace_back();
      bench::for_each_field(
          c,
          [&](const char* key, auto& out) {
            const auto member = from.FindMember(key);
            if (member != from.MemberEnd() && member->value.IsString()) bench::set(out, text_of(member->value));
          },
          [&](const char* key) {
            for (const auto& each : from[key].GetArray()) c.services.emplace_back(std::string{text_of(each)});
          },
          [&](const char* key) {
            for (const auto& each : from[key].GetArray()) c.signed_seasons.push_back(*crm::season::read(each.GetInt()));
          });
    }
    return records;
  }

 private:
  std::string body_;
};
#endif

#ifdef CRM_BENCH_WITH_YYJSON
/// Keys in the order they come in. The views point into the document, which is kept until the next is read.
class yyjson_views {
 public:
  explicit yyjson_views(std::string body) : body_{std::move(body)} {}
  const std::vector<crm::customer_view>& read() {
    records_.clear();
    store_.clear();
    document_.reset(yyjson_read(body_.data(), body_.size(), 0));
    if (document_ == nullptr) std::abort();
    const auto text_of = [](yyjson_val* v) { return std::string_view{yyjson_get_str(v), yyjson_get_len(v)}; };
    yyjson_arr_iter customers = yyjson_arr_iter_with(yyjson_obj_get(yyjson_doc_get_root(document_.get()), "customers"));
    while (yyjson_val* const from = yyjson_arr_iter_next(&customers)) {
      auto& c = records_.emplace_back(crm::detail::fresh<crm::customer_view>{});
      yyjson_obj_iter members = yyjson_obj_iter_with(from);
      const auto list = [&]<class Item>(std::string_view key, std::span<const Item>& out, auto read) {
        yyjson_arr_iter items = yyjson_arr_iter_with(yyjson_obj_iter_getn(&members, key.data(), key.size()));
        auto* const place = store_.allocate<Item>(items.max);
        std::size_t size = 0;
        while (yyjson_val* const each = yyjson_arr_iter_next(&items)) std::construct_at(place + size++, read(each));
        out = {place, size};
      };
      bench::for_each_field(
          c,
          [&](std::string_view key, auto& out) {
            yyjson_val* const member = yyjson_obj_iter_getn(&members, key.data(), key.size());
            if (yyjson_is_str(member)) bench::set(out, text_of(member));
          },
          [&](std::string_view key) { list(key, c.services, text_of); },
          [&](std::string_view key) {
            list(key, c.signed_seasons, [](yyjson_val* v) { return *crm::season::read(yyjson_get_int(v)); });
          });
    }
    return records_;
  }

 private:
  struct freed {
    void operator()(yyjson_doc* which) const { yyjson_doc_free(which); }
  };

  std::string body_;
  std::unique_ptr<yyjson_doc, freed> document_;
  crm::detail::arena store_;
  std::vector<crm::customer_view> records_;
};
#endif

#ifdef CRM_BENCH_WITH_GLAZE
/// Into structs of its own, by its reflection; days and times stay text.
template <class Text>
struct glaze_customer {
  Text id, name;
  std::optional<Text> email, phone, address, city, state, zip;
  std::vector<Text> services;
  std::optional<Text> status, last_service_date, notes, source, created_at;
  std::vector<int> signed_seasons;
};
struct glaze_meta {
  int total = 0, page = 0, per_page = 0;
};
template <class Text>
struct glaze_page {
  std::vector<glaze_customer<Text>> customers;
  glaze_meta meta;
};

/// Views stay as they are in the body, escapes and all.
template <class Text>
class glaze_reader {
 public:
  explicit glaze_reader(std::string body) : body_{std::move(body)} {
    read();
    if (page_.customers.size() != static_cast<std::size_t>(page_.meta.total) || !page_.customers.back().created_at)
      std::abort();
  }
  const glaze_page<Text>* read() {
    page_ = {};
    if (glz::read_json(page_, body_)) std::abort();
    return &page_;
  }

 private:
  std::string body_;
  glaze_page<Text> page_;
};
#endif

const int added = [] {
  bench::add_sizes<nlohmann_dom>("views", "nlohmann", bench::all_sizes);
#if __has_include(<rapidjson/document.h>)
  bench::add_sizes<rapidjson_dom>("views", "rapidjson_dom", bench::all_sizes);
#endif
#ifdef CRM_BENCH_WITH_YYJSON
  bench::add_sizes<yyjson_views>("views", "yyjson_views");
#endif
#ifdef CRM_BENCH_WITH_GLAZE
  bench::add_sizes<glaze_reader<std::string_view>>("views", "glaze_views");
  bench::add_sizes<glaze_reader<std::string>>("views", "glaze_strings");
#endif
  return 0;
}();

}  // namespace
