/// @file
/// The head of an answer, read strictly and without I/O. (RFC 9112, sections 4 and 5.)
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <crm/http/message.hpp>
#include <crm/transport/detail/framing.hpp>

namespace crm::inline v0::detail {

struct response_head {
  int status = 0;
  /// Whether HTTP/1.1 was spoken: its connections persist.
  bool persists = false;
  http::header_list headers{};
};

/// No head needs more; a server that sends more means harm.
inline constexpr std::size_t most_head_bytes = 64U << 10U, most_line_bytes = 8U << 10U, most_headers = 128;

/// What is wrong with a head, as static text.
struct head_fault {
  std::string_view reason;
};

/// How many bytes the head at the front takes, its blank line included; nothing where it is not there whole. It was not
/// in the first `from` bytes.
[[nodiscard]] inline std::optional<std::size_t> head_size(std::string_view bytes, std::size_t from = 0) noexcept {
  const auto end = bytes.find("\r\n\r\n", from < 3 ? 0 : from - 3);
  if (end == std::string_view::npos) return std::nullopt;
  return end + 4;
}

/// What can be said of a head that is not there whole: nothing, or that it will not be taken.
[[nodiscard]] inline std::optional<head_fault> partial_head_fault(std::string_view bytes) noexcept {
  if (!may_begin_answer(bytes)) return head_fault{"the answer is not HTTP/1.1"};
  if (bytes.size() > most_head_bytes) return head_fault{"the answer's head is too large"};
  const auto line = bytes.rfind('\n');
  if (bytes.size() - (line == std::string_view::npos ? 0 : line + 1) > most_line_bytes)
    return head_fault{"a line of the answer's head is too long"};
  return std::nullopt;
}

/// The status of `HTTP/1.1 200 OK`, and which of the two versions it is.
[[nodiscard]] inline bool read_status_line(std::string_view line, response_head& head) noexcept {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || (line[7] != '0' && line[7] != '1') || line[8] != ' ' ||
      !std::all_of(line.begin() + 9, line.begin() + 12, digit) || (line.size() > 12 && line[12] != ' '))
    return false;
  head.persists = line[7] == '1';
  head.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  return true;
}

/// Reads a whole head, as `head_size` has found it.
[[nodiscard]] inline std::variant<response_head, head_fault> read_head(std::string_view bytes) {
  constexpr std::size_t usual_headers = 12;
  response_head head;
  head.headers.reserve(usual_headers);
  // In a line a CR or LF alone, or a NUL, is a trick to be read differently by another.
  const auto stray = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  bool first = true;
  for (bytes.remove_suffix(2); !bytes.empty();) {
    const std::size_t end = bytes.find("\r\n");
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 2);
    if (line.size() > most_line_bytes) return head_fault{"a line of the answer's head is too long"};
    if (std::any_of(line.begin(), line.end(), stray))
      return head_fault{"the answer's head holds a stray CR, LF or NUL"};
    if (std::exchange(first, false)) {
      if (!read_status_line(line, head)) return head_fault{"the answer's status line is malformed"};
      continue;
    }
    const std::size_t colon = std::min(line.find(':'), line.size());
    if (colon == line.size() || !http::is_token(line.substr(0, colon)))
      return head_fault{"a header of the answer is malformed or folded"};
    if (head.headers.size() == most_headers) return head_fault{"the answer has too many headers"};
    const std::string_view value = line.substr(colon + 1);
    const std::size_t from = std::min(value.find_first_not_of(" \t"), value.size());
    const std::size_t to = value.find_last_not_of(" \t") + 1;
    head.headers.push_back(
        {std::string{line.substr(0, colon)}, std::string{value.substr(from, std::max(to, from) - from)}});
  }
  return head;
}

}  // namespace crm::inline v0::detail
