// Input: a body that is perhaps a page or a record of the contract.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <crm/fwd.hpp>
#include <crm/json/document.hpp>
#include <crm/json/encode.hpp>
#include <crm/json/locate.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/date.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>
#include <crm/model/season.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/query/patch.hpp>
#include <crm/result.hpp>

#include "fuzz/demand.hpp"

namespace {

using fuzz::demand;

template <class T>
std::string encoded(const T& value) {
  std::string out;
  demand(crm::json::append_value(out, value), "what was decoded can be encoded");
  return out;
}

/// A fault names its place, and `sound` is whether the other reader of JSON finds nothing wrong with the grammar.
void check_fault(const crm::error& fault, std::string_view body, bool sound) {
  demand(fault.code == crm::errc::bad_response && !fault.message.empty(), "a fault has a name");
  demand(fault.json_path.starts_with('$') && fault.json_path.size() <= 204, "a fault's path is short");
  if (body.empty()) return;
  demand((fault.message == "malformed JSON") != sound, "both readers of JSON agree about the grammar");
  demand(fault.offset.has_value() != sound, "a fault of the grammar is located");
  if (fault.offset) demand(*fault.offset <= body.size(), "a fault lies in the body");
}

void check_value(const crm::date& day) { demand(day.ymd().ok(), "a day exists"); }
void check_value(const crm::timestamp& moment) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(moment.utc())};
  demand(day.year() >= std::chrono::year{0} && day.year() <= std::chrono::year{9999}, "a year has four digits");
}
void check_value(const std::vector<crm::season>& seasons) {
  for (const auto season : seasons)
    demand(season.year() >= crm::season::first && season.year() <= crm::season::last, "a season is in range");
}
template <class T>
void check_value(const T&) {}
template <class T>
void check_value(const std::optional<T>& value) {
  if (value) check_value(*value);
}

template <class T>
void check_record(const T& record) {
  crm::for_each_field(record, [](auto, auto, const auto& value) { check_value(value); });
  std::string text = encoded(record);
  const auto again = crm::json::decode_one<T>(text);
  demand(again && *again == record, "what is encoded is decoded as it was");
  text.back() = ',';
  const auto twice = crm::json::decode_one<T>(text.append("\"id\":\"\"}"));
  demand(!twice && twice.error().json_path == "$.id", "no key is taken twice");
}

template <template <class> class Record>
void check_page(std::string_view body, bool sound) {
  const auto held = crm::json::decode_page<Record<crm::owning_form>>(body);
  const auto seen = crm::json::decode_page<Record<crm::viewing_form>>(body);
  demand(held.has_value() == seen.has_value(), "both forms are decoded, or neither");
  if (!held) {
    check_fault(held.error(), body, sound);
    demand(held.error().json_path == seen.error().json_path && held.error().message == seen.error().message &&
               held.error().offset == seen.error().offset,
           "both forms have the same fault");
    return;
  }
  demand(sound, "what is decoded is JSON");
  demand(held->meta() == seen->meta(), "both forms have the same meta");
  if (const auto& meta = held->meta())
    demand(meta->total >= 0 && meta->page >= 1 && meta->per_page >= 1, "meta is in range");
  demand(held->records().size() == seen->records().size(), "both forms have the same records");
  for (std::size_t i = 0; i < held->records().size(); ++i) {
    demand(encoded(held->records()[i]) == encoded(seen->records()[i]), "both forms have the same fields");
    check_record(held->records()[i]);
  }
}

template <template <class> class Record>
void check_one(std::string_view body, bool sound) {
  const auto one = crm::json::decode_one<Record<crm::owning_form>>(body);
  if (!one) return check_fault(one.error(), body, sound);
  demand(sound, "what is decoded is JSON");
  check_record(*one);
}

void check_attributes(std::string_view body, bool sound) {
  const auto named = crm::json::decode_attributes<crm::customer>(body);
  if (!named) return check_fault(named.error(), body, sound);
  demand(sound, "what is decoded is JSON");
  const auto sent = crm::json::encode_attributes(*named);
  demand(sent.has_value(), "what was decoded can be encoded");
  const auto again = crm::json::decode_attributes<crm::customer>(*sent);
  demand(again && again->values() == named->values(), "a write is decoded as it was sent");
  for (std::size_t i = 0; i < crm::field_count<crm::customer>; ++i)
    demand(again->names(i) == named->names(i), "a write names what it was sent to name");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(bytes), size};
  const bool sound = !crm::json::locate_fault(body);
  check_page<crm::basic_customer>(body, sound);
  check_one<crm::basic_customer>(body, sound);
  if (!sound) return 0;  // It would be refused in the same way, whatever was expected.
  check_page<crm::basic_invoice>(body, sound);
  check_page<crm::basic_interaction>(body, sound);
  check_one<crm::basic_invoice>(body, sound);
  check_one<crm::basic_interaction>(body, sound);
  check_attributes(body, sound);
  return 0;
}
