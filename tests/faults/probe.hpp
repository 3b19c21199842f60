/// @file
/// What calls come to when the server at the other end is `hostile_server.py`.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <crm/error.hpp>
#include <crm/transport/concept.hpp>

#include "support/child_process.hpp"

namespace faults {

/// The hostile server, doing what one row of the matrix says.
class hostile_server {
 public:
  explicit hostile_server(std::string_view row);
  [[nodiscard]] const std::string& url() const noexcept { return process_.first_line(); }

 private:
  support::child_process process_;
};

/// How one call ended.
struct ending {
  /// Nothing where it succeeded.
  std::optional<crm::error> error{};
  /// Of the customer it brought; empty where it brought none.
  std::string name{};
  crm::milliseconds took{};
};

struct how {
  crm::milliseconds deadline{5'000};
  crm::transport_options transport = trusting();
  std::string notes{};
  /// After 2 s, 4 s, ...
  int retries = 0;
  std::stop_token stop{};

  /// Trusts the authority of the tests' certificates.
  [[nodiscard]] static crm::transport_options trusting();
};

/// A client over a real transport, see `support::any_transport`. Unless it is told otherwise, what is seen is one
/// attempt.
class prober {
 public:
  explicit prober(std::string url, how chosen = {});
  prober(prober&&) noexcept;
  ~prober();

  /// A copy, as clients are copied.
  [[nodiscard]] prober another() const;

  /// `find("1")`, which is Jane Smith.
  [[nodiscard]] ending find() const;
  /// Every customer, all pages: the last one's name.
  [[nodiscard]] ending query() const;
  /// `create`, whose key the server is not known to honour.
  [[nodiscard]] ending create() const;

 private:
  struct client;
  prober(std::unique_ptr<client> of, how chosen);

  std::unique_ptr<client> client_;
  how how_;
};

/// Where the build has put the certificates.
[[nodiscard]] std::string certificate(std::string_view file);

/// The greatest memory this process has had, in MiB.
[[nodiscard]] long peak_memory();

}  // namespace faults
