/// @file
/// An observer that may be there or not, as the command line says.
#pragma once

#include <optional>
#include <utility>

#include <crm/observe/concept.hpp>

namespace crm_cli {

template <crm::observer Observer>
class optional_observer {
 public:
  explicit optional_observer(std::optional<Observer> who) : who_{std::move(who)} {}

  template <class Event>
  void on(const Event& e) requires requires(Observer& who) {
    who.on(e);
  }
  {
    if (who_) who_->on(e);
  }

 private:
  std::optional<Observer> who_;
};

}  // namespace crm_cli
