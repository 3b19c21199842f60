#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reference_crm {

bool is_utf8(std::string_view text);

/// Lower case without accents: `José` and `JOSE` become `jose`. Bytes that are not UTF-8 are dropped.
std::string fold(std::string_view text);

/// The folded words of a text, cut at everything but letters and digits; `O'Brien` is one word.
std::vector<std::string> folded_words(std::string_view text);

/// The digits of a text.
std::string digits_of(std::string_view text);

/// The runs of three characters, each once.
std::vector<std::string> trigrams(std::string_view text);

/// True where one letter changed, added, left out, or two neighbours swapped make one word the other.
bool within_one_edit(std::string_view left, std::string_view right);

}  // namespace reference_crm
