/// @file
/// Text as a terminal shows it: how wide it is, and what of it must not get there as it is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace crm_cli {

/// The text with everything replaced that a terminal obeys instead of showing: control characters, line ends,
/// marks that turn the reading direction, and bytes that are not UTF-8. Written as `\n`, `\x1b`, `\u202e`.
[[nodiscard]] std::string visible(std::string_view text);

/// The same text in JSON, with those of them escaped that JSON lets stand. The meaning is unchanged.
[[nodiscard]] std::string visible_json(std::string_view json);

/// Columns of a terminal, for text that is `visible`: none for a combining mark, two for a wide character.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The text itself, or its beginning and an ellipsis, at most `width` columns wide. Requires `width` above zero.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t width);

}  // namespace crm_cli
