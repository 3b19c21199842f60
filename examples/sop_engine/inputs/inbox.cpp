#include "inputs/inbox.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include "engine/database.hpp"
#include "engine/uuid_v5.hpp"
#include "inputs/mail_text.hpp"

namespace sop {

namespace {

/// Somebody the sample data have, somebody new who is in a hurry, and somebody known by the telephone number alone.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> samples{{
    {"sample-1",
     "From: Jane Smith <Jane@Example.com>\n"
     "Message-ID: <sample-1@inquiries.invalid>\n"
     "Subject: Snow\n\n"
     "Services: snow removal\n\nWould you clear our drive this winter?\n"},
    {"sample-2",
     "From: =?UTF-8?Q?Chlo=C3=A9_Fontaine?= <chloe.fontaine@example.org>\n"
     "Message-ID: <sample-2@inquiries.invalid>\n"
     "Subject: Our lawn\n\n"
     "Phone: 651-555-0171\nServices: mowing, weed control\n\nWhat would it cost?\n"},
    {"sample-3",
     "From: =?UTF-8?Q?Chlo=C3=A9_Fontaine?= <Chloe.Fontaine@example.org>\n"
     "Message-ID: <sample-3@inquiries.invalid>\n"
     "Subject: Our lawn\n\n"
     "Phone: 651-555-0171\nServices: mowing, weed control\n\nDid you get my mail?\n"},
    {"sample-4",
     "From: J. Smythe <smythe.at.work@example.net>\n"
     "Message-ID: <sample-4@inquiries.invalid>\n"
     "Subject: Again\n\n"
     "Phone: +1 (612) 555-0108\nServices: mowing\n\nCould you mow for us again?\n"},
}};

constexpr std::size_t most_bytes = 1U << 20U;

/// The contract's way to write them: `Snow removal` is `snow_removal`. What goes on for longer is no list of services.
std::vector<std::string> services_in(std::string_view list) {
  constexpr std::size_t most = 32, longest = 64;
  std::vector<std::string> words;
  while (!list.empty() && words.size() < most) {
    const auto end = std::min(list.find(','), list.size());
    std::string word;
    for (const char c : list.substr(0, end)) {
      if (c >= 'A' && c <= 'Z') word.push_back(static_cast<char>(c - 'A' + 'a'));
      if (c >= 'a' && c <= 'z') word.push_back(c);
      if ((c == ' ' || c == '_') && !word.empty()) word.push_back('_');
    }
    word.erase(word.find_last_not_of('_') + 1);
    if (!word.empty() && word.size() <= longest && std::find(words.begin(), words.end(), word) == words.end())
      words.push_back(word);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return words;
}

mailbox sender_of(const mail_text& mail) {
  return read_mailbox(mail.header("Reply-To").value_or(mail.header("From").value_or("")));
}

inquiry read_inquiry(const std::string& text) {
  const mail_text mail{text};
  const auto sender = sender_of(mail);
  const auto address = normalised_address(sender.address);
  inquiry read{sender.name, address.value_or(""), mail.field("Phone").value_or(""),
               services_in(mail.field("Services").value_or(""))};
  if (read.name.empty()) read.name = read.address.substr(0, read.address.find('@'));
  return read;
}

/// Anybody may write anybody's Message-ID, so the sender counts too. A mail without one is known by its text.
std::string reference_of(const std::string& text) {
  const mail_text mail{text};
  const auto id = mail.header("Message-ID");
  if (!id || id->empty()) return uuid_v5(engine_namespace, "inquiry text " + text);
  return uuid_v5(engine_namespace,
                 "inquiry " + *id + " of " + normalised_address(sender_of(mail).address).value_or(""));
}

/// A mail that cannot be read has a task all the same, which fails: it is not passed over in silence.
std::string reference_of_unreadable(const std::string& name) {
  return uuid_v5(engine_namespace, "inquiry in the file " + name);
}

/// Not of folders, pipes and the like; but of a link that leads nowhere.
bool may_be_mail(const std::filesystem::directory_entry& each) {
  std::error_code unknown;
  const auto kind = each.status(unknown).type();
  return each.path().extension() == ".eml" &&
         (kind == std::filesystem::file_type::regular || unknown || kind == std::filesystem::file_type::not_found);
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code failed;
  std::filesystem::directory_iterator at{directory, failed};
  for (; !failed && at != std::filesystem::directory_iterator{}; at.increment(failed))
    if (may_be_mail(*at)) names.push_back(at->path().filename());
  if (failed) throw unusable("the inbox " + directory + " cannot be listed: " + failed.message());
  return names;
}

}  // namespace

inbox::inbox(std::optional<std::string> directory) : directory_{std::move(directory)} {
  if (directory_ && !std::filesystem::is_directory(*directory_)) throw unusable("there is no inbox " + *directory_);
}

std::vector<std::string> inbox::references() {
  look();
  const std::lock_guard lock{mutex_};
  std::vector<std::string> found;
  for (const auto& [reference, _] : names_) found.push_back(reference);
  return found;
}

std::optional<inquiry> inbox::find(const std::string& reference) {
  for (bool looked = false;; looked = true) {
    if (const auto name = name_of(reference)) {
      const auto text = text_of(*name);
      if (text && reference_of(*text) == reference) return read_inquiry(*text);
    }
    if (looked) return std::nullopt;
    look();  // it is not known after a restart, and it may have another name by now
  }
}

std::optional<std::string> inbox::name_of(const std::string& reference) {
  const std::lock_guard lock{mutex_};
  const auto name = names_.find(reference);
  return name == names_.end() ? std::nullopt : std::optional{name->second};
}

void inbox::look() {
  std::vector<std::string> names;
  if (directory_) {
    names = names_in(*directory_);
  } else {
    for (const auto& [name, _] : samples) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  std::map<std::string, std::string> found;
  for (const std::string& name : names) {
    const auto text = text_of(name);
    found[text ? reference_of(*text) : reference_of_unreadable(name)] = name;
  }
  const std::lock_guard lock{mutex_};
  names_ = std::move(found);
}

std::optional<std::string> inbox::text_of(const std::string& name) const {
  if (!directory_) {
    const auto* found = std::find_if(samples.begin(), samples.end(), [&](const auto& s) { return s.first == name; });
    return found == samples.end() ? std::nullopt : std::optional{std::string{found->second}};
  }
  std::ifstream file{*directory_ + "/" + name, std::ios::binary};
  if (!file) return std::nullopt;
  std::string text(most_bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace sop
