// What else reads JSON into the same records: the usual documents, as a user walks them.
#include <cstdlib>
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

const int added = [] {
  bench::add_sizes<nlohmann_dom>("views", "nlohmann", bench::all_sizes);
#if __has_include(<rapidjson/document.h>)
  bench::add_sizes<rapidjson_dom>("views", "rapidjson_dom", bench::all_sizes);
#endif
  return 0;
}();

}  // namespace
