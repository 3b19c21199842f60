// A credential reaches no log.
//
// case: STREAMED | a_secret_is_never_printed_call_reveal_where_it_must_leave
// case: CONVERTED | no matching function|cannot convert|conversion from .* requested | no viable conversion
// case: SERIALISED | no match for|could not convert|invalid initialization|cannot convert|conversion from .* requested | no viable conversion
#include <ostream>
#include <string>
#include <string_view>

#include <crm/secret.hpp>

void log(std::ostream& out, const crm::secret& key, std::string_view& text) {
#if defined(STREAMED)
  (void)text;
  out << key;
#elif defined(CONVERTED)
  (void)out;
  text = std::string_view{""};
  const std::string copied = key;
#elif defined(SERIALISED)
  (void)out;
  text = static_cast<const std::string&>(std::string{});
  const std::string_view seen = key;
#else
  text = key.reveal();
  out << text.size();
#endif
}
