/// @file
/// What the engine reads of a mail: headers, the sender, the body's first lines. (RFC 5322, RFC 2047, RFC 6532.)
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sop {

struct mailbox {
  std::string name, address;
};

/// A mail taken apart. Text is UTF-8; encoded words of another charset stay as they are.
class mail_text {
 public:
  explicit mail_text(std::string_view whole);

  /// The first header of this name, in any case; unfolded, its encoded words decoded. Of very long ones the beginning.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
  /// What stands behind `name:` on a line of the body, as web forms write it.
  [[nodiscard]] std::optional<std::string> field(std::string_view name) const;

 private:
  std::string headers_, body_;
};

/// `Name <address>`, `"Name" <address>` or an address alone.
[[nodiscard]] mailbox read_mailbox(std::string_view text);

/// Lower-case, or nothing where it is not one plain address: exactly one `@` with something on both sides, and none of
/// the characters that end an address or have it mean something else. Quoted local parts and domain literals are
/// refused. (RFC 5322, section 3.4.1; beyond ASCII RFC 6532, section 3.2.)
[[nodiscard]] std::optional<std::string> normalised_address(std::string_view address);

/// The digits, without the 1 of North America.
[[nodiscard]] std::string phone_digits(std::string_view phone);

}  // namespace sop
