/// @file
/// The worlds of the suite once more: on the in-memory CRM, recorded; and on what was recorded, without it.
///
/// `CRM_SUITE_TAPES` names a folder. A test's n-th world writes its n-th file there, or where `CRM_SUITE_REPLAYS` is
/// set reads it: so both runs are of the same tests, in one process each. `CRM_SUITE_PLAIN` leaves redaction out.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <crm/crm.hpp>
#include <crm/testing.hpp>

#include "support/catch.hpp"

namespace suite {

class tape {
 public:
  using recorder = crm::testing::recording_transport<crm::mock_transport<>>;

  tape() : end_{made()} {}

  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    ++*requests_;
    return std::visit([&](auto& end) { return end.send(request, limits); }, end_);
  }
  [[nodiscard]] crm::time_point now() {
    return std::visit([](auto& end) { return end.now(); }, end_);
  }
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) {
    return std::visit([&](auto& end) { return end.wait_until(when, stop); }, end_);
  }
  [[nodiscard]] static crm::result<tape> make(const crm::http::base_url&, const crm::transport_options&) {
    return tape{};
  }

  [[nodiscard]] std::size_t requests() const noexcept { return *requests_; }

  /// Writes what was recorded; or says whether the recording was kept.
  void finish() {
    if (auto* recorded = std::get_if<recorder>(&end_)) {
      if (const auto saved = recorded->taken().save(file_); !saved) throw std::runtime_error{to_string(saved.error())};
    } else {
      const auto findings = std::get<crm::testing::replay_transport>(end_).findings();
      if (std::uncaught_exceptions() == 0) CHECK(findings == std::vector<std::string>{});
    }
  }

 private:
  using far_end = std::variant<recorder, crm::testing::replay_transport>;

  [[nodiscard]] static crm::testing::redaction rules() {
    return std::getenv("CRM_SUITE_PLAIN") != nullptr ? crm::testing::redaction::none() : crm::testing::redaction{};
  }
  [[nodiscard]] far_end made() {
    static int count = 0;
    const char* folder = std::getenv("CRM_SUITE_TAPES");
    if (folder == nullptr) throw std::runtime_error{"set CRM_SUITE_TAPES to a folder"};
    file_ = std::string{folder} + "/" + std::to_string(++count) + ".har";
    if (std::getenv("CRM_SUITE_REPLAYS") == nullptr) return recorder{crm::mock_transport<>{}, rules()};
    auto loaded = crm::testing::recording::load(file_);
    if (!loaded) throw std::runtime_error{file_ + ": " + to_string(loaded.error())};
    return crm::testing::replay_transport{*std::move(loaded)};
  }

  std::string file_;
  far_end end_;
  std::shared_ptr<std::size_t> requests_ = std::make_shared<std::size_t>(0);
};

class taped {
 public:
  using client_type = crm::basic_crm_client<tape, crm::default_retry, crm::task_cache, crm::api_key>;

  taped() = default;
  taped(const taped&) = delete;
  taped& operator=(const taped&) = delete;
  ~taped() noexcept(false) { tape_.finish(); }

  [[nodiscard]] client_type client(crm::client_options options = {}) const {
    return client_type{tape_, {}, {}, crm::api_key::from_env("CRM_NO_KEY_IS_NEEDED"), std::move(options)};
  }
  [[nodiscard]] std::size_t requests() const { return tape_.requests(); }

 private:
  tape tape_;
};

}  // namespace suite
