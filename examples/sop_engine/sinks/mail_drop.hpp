/// @file
/// A directory of .eml files that stands for the mail system.
#pragma once

#include <string>

#include "engine/fault_points.hpp"
#include "sinks/sink.hpp"

namespace sop {

/// A message is a file that its UUID names: handed over again after a crash it is the same file. It is
/// there whole or not at all: it is written under another name, synced, and renamed.
class mail_drop final : public mail_sink {
 public:
  /// Makes the directory where it is not there. Throws `unusable` where nothing can be written to it.
  mail_drop(std::string directory, std::string from, fault_points& faults);

  [[nodiscard]] delivery deliver(const envelope& of, const mail& what, const std::stop_token& stop) override;

 private:
  std::string directory_, from_;
  fault_points& faults_;
};

/// The message as it is written to the file: text in UTF-8, as RFC 5322 and MIME want it. Requires `to_address`, and
/// the address in `from`, to be one that `normalised_address` takes.
[[nodiscard]] std::string to_eml(const std::string& id, wall_time made_at, const std::string& from, const mail& what);

}  // namespace sop
