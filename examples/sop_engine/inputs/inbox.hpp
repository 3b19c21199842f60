/// @file
/// Inquiries. They stay where they came from: the engine keeps what leads back to them.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sop {

struct inquiry {
  std::string name;
  /// Normalised; empty where the mail has none that could be answered.
  std::string address;
  std::string phone;
  std::vector<std::string> services;
};

/// The .eml files of a directory, or samples. Safe to use from several threads; mails are read and taken apart by all
/// at once.
class inbox {
 public:
  /// Throws `unusable` where the directory cannot be read.
  explicit inbox(std::optional<std::string> directory);

  /// What is kept of each inquiry: an identifier that follows from its Message-ID and sender, and does not lead back to
  /// them. Throws `unusable` where the directory cannot be listed.
  [[nodiscard]] std::vector<std::string> references();
  /// Nothing where it is no longer there, or cannot be read.
  [[nodiscard]] std::optional<inquiry> find(const std::string& reference);

 private:
  void look();
  [[nodiscard]] std::optional<std::string> name_of(const std::string& reference);
  [[nodiscard]] std::optional<std::string> text_of(const std::string& name) const;

  std::optional<std::string> directory_;
  std::mutex mutex_;
  std::map<std::string, std::string> names_;  // by reference
};

}  // namespace sop
