/// @file
/// The file that `--events` names.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include <crm/result.hpp>

#include "descriptor.hpp"

namespace crm_cli {

/// Appends lines to a file, each in one write, so that several runs may share it. A handle: copies share the file.
class event_file {
 public:
  /// Makes it where it is not there, for its owner alone.
  [[nodiscard]] static crm::result<event_file> open(const std::string& path);

  /// A line that cannot be written harms nothing; the first is complained of.
  void operator()(std::string_view line) const;

 private:
  struct state {
    explicit state(descriptor made) : file{std::move(made)} {}

    descriptor file;
    std::atomic<bool> failed{false};
  };

  explicit event_file(descriptor made) : state_{std::make_shared<state>(std::move(made))} {}

  std::shared_ptr<state> state_;
};

}  // namespace crm_cli
