/// @file
/// The file that `--oauth-refresh-token-file` names.
#pragma once

#include <memory>
#include <string>

#include <crm/result.hpp>
#include <crm/secret.hpp>

#include "descriptor.hpp"

namespace crm_cli {

/// A refresh token in a file, which each use replaces by the next one. A token that is used twice looks stolen, and the
/// server ends them all: so the file is locked, and two runs at once take turns. A handle: copies share the file.
class token_file {
 public:
  /// Waits at most so long for another run that has it.
  [[nodiscard]] static crm::result<token_file> open(const std::string& path, crm::milliseconds patience);

  [[nodiscard]] crm::result<crm::secret> read() const { return crm::secret::from_file(state_->path); }

  /// Puts this one in its place, at once and for good: after a crash the file holds one of the two.
  [[nodiscard]] crm::result<void> store(const crm::secret& next) const;

 private:
  struct state {
    std::string path;
    descriptor locked;
  };

  explicit token_file(state made) : state_{std::make_shared<state>(std::move(made))} {}

  std::shared_ptr<state> state_;
};

}  // namespace crm_cli
