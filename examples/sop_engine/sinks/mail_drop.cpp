#include "sinks/mail_drop.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <utility>

#include "engine/database.hpp"
#include "inputs/mail_text.hpp"

namespace sop {

namespace {

/// RFC 5322, section 3.3, without the names of the locale.
std::string date_of(wall_time at) {
  using namespace std::chrono;
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = floor<days>(at);
  const year_month_day day{midnight};
  const hh_mm_ss time{floor<seconds>(at - midnight)};
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%u %s %d %02d:%02d:%02d +0000", static_cast<unsigned>(day.day()),
                months[static_cast<unsigned>(day.month()) - 1], static_cast<int>(day.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

std::string to_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

bool is_control(char c) { return (c >= 0 && c < ' ') || c == 0x7F; }

/// Text for a header. Control characters become blanks, so that no text can end the header, nor what it is decoded to.
/// What is not plain, or long, is written in encoded words of at most 75 characters, cut between characters. (RFC 2047;
/// RFC 5322, section 2.1.1: lines of at most 998.)
std::string header_text(std::string_view raw) {
  constexpr std::size_t longest_plain = 200;
  std::string clean{raw};
  std::replace_if(clean.begin(), clean.end(), is_control, ' ');
  std::string_view text = clean;
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
  if (plain && text.size() <= longest_plain && text.find("=?") == std::string_view::npos) return clean;
  constexpr std::size_t most = 45;  // bytes: 60 in base64
  std::string out;
  while (!text.empty()) {
    std::size_t size = std::min(text.size(), most);
    while (size < text.size() && size > 1 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
    out.append(out.empty() ? "" : "\r\n ").append("=?UTF-8?B?").append(to_base64(text.substr(0, size))).append("?=");
    text.remove_prefix(size);
  }
  return out;
}

/// A name before an address: an encoded word, or a quoted string.
std::string phrase(std::string_view name) {
  const std::string text = header_text(name);
  if (text.starts_with("=?")) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + '"';
}

std::string to_text(const mailbox& of) {
  return of.name.empty() ? of.address : phrase(of.name) + " <" + of.address + ">";
}

/// Lines end in CRLF. Other control characters have no place in a message.
std::string body_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out.append(c == '\n' ? "\r\n" : is_control(c) ? "?" : std::string(1, c));
  }
  return out;
}

bool write_whole(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  bool good = true;
  while (good && !text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    good = written >= 0;
    if (good) text.remove_prefix(static_cast<std::size_t>(written));
  }
  good = good && ::fsync(file) == 0;
  return ::close(file) == 0 && good;
}

bool sync_directory(const std::string& path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return false;
  const bool good = ::fsync(directory) == 0;
  ::close(directory);
  return good;
}

}  // namespace

std::string to_eml(const std::string& id, wall_time made_at, const std::string& from, const mail& what) {
  std::string text;
  text.append("Message-ID: <").append(id).append("@sop-engine.invalid>\r\n");
  text.append("Date: ").append(date_of(made_at)).append("\r\n");
  text.append("From: ").append(to_text(read_mailbox(from))).append("\r\n");
  text.append("To: ").append(to_text({what.to_name, what.to_address})).append("\r\n");
  text.append("Subject: ").append(header_text(what.subject)).append("\r\n");
  if (what.is_draft) text.append("X-Unsent: 1\r\n");  // mail programs open it to be edited and sent
  text.append(
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
  return text.append(body_text(what.text));
}

mail_drop::mail_drop(std::string directory, std::string from, fault_points& faults)
    : directory_{std::move(directory)}, from_{std::move(from)}, faults_{faults} {
  std::error_code failed;
  std::filesystem::create_directories(directory_, failed);
  if (::access(directory_.c_str(), W_OK | X_OK) != 0)
    throw unusable("the mail drop " + directory_ + " cannot be written");
}

delivery mail_drop::deliver(const envelope& of, const mail& what, const std::stop_token&) {
  // It is copied as it is: with a character left out it would be somebody else's.
  if (!normalised_address(what.to_address)) return {verdict::never, {"no usable e-mail address"}};
  const std::string file = directory_ + "/" + of.id + ".eml", being_written = directory_ + "/." + of.id + ".tmp";
  const auto written = [&] {
    if (!write_whole(being_written, to_eml(of.id, of.made_at, from_, what))) return false;
    faults_.pass();
    return std::rename(being_written.c_str(), file.c_str()) == 0;
  };
  if (!written()) {
    ::unlink(being_written.c_str());  // half a mail is nobody's
    return {verdict::later, {"the mail drop cannot be written"}};
  }
  if (!sync_directory(directory_)) return {verdict::later, {"the mail drop cannot be written"}};
  return {};
}

}  // namespace sop
