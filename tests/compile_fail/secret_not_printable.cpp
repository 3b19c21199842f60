// A credential reaches no log.
//
// case: STREAMED | a_secret_is_never_printed_call_reveal_where_it_must_leave
// case: COPIED | cannot convert|conversion from .* requested | no viable conversion
// case: SEEN | no match for .operator=. | no viable overloaded '='
#include <ostream>
#include <string>
#include <string_view>

#include <crm/secret.hpp>

void log(std::ostream& out, const crm::secret& key, std::string_view& text) {
#if defined(STREAMED)
  (void)text;
  out << key;
#elif defined(COPIED)
  (void)out;
  (void)text;
  const std::string copied = key;
#elif defined(SEEN)
  (void)out;
  text = key;
#else
  text = key.reveal();
  out << text.size();
#endif
}
