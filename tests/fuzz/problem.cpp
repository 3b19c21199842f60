// Input: a body that is perhaps one of problem details.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <crm/detail/utf8.hpp>
#include <crm/error.hpp>
#include <crm/json/document.hpp>

#include "fuzz/demand.hpp"

namespace {

void check_text(const std::string& text) {
  fuzz::demand(text.size() <= 1024, "a text of problem details is short");
  fuzz::demand(crm::detail::is_utf8(text), "a text of problem details is UTF-8");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto details = crm::json::decode_problem({reinterpret_cast<const char*>(bytes), size});
  if (!details) return 0;
  check_text(details->type);
  check_text(details->title);
  check_text(details->detail);
  fuzz::demand(details->fields.size() <= 32, "problem details speak of few fields");
  for (const auto& [where, why] : details->fields) {
    check_text(where);
    check_text(why);
  }
  return 0;
}
