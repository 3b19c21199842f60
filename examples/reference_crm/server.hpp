#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "clock.hpp"
#include "http.hpp"

namespace reference_crm {

struct server_options {
  std::string host = "127.0.0.1";
  int port = 0;  ///< 0 for any free one.
  std::size_t threads = 128;
  bool log = false;
  server_clock clock = {};
};

/// A request handler behind cpp-httplib.
class server {
 public:
  server(request_handler handle, server_options options);
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server();

  /// Takes the port and returns it; from here on clients can connect. Throws std::runtime_error.
  int bind();

  /// Serves until stop().
  void run();

  /// Lets the requests in work finish and ends run(). From any thread, also before run().
  void stop();

 private:
  class listener;

  server_options options_;
  std::unique_ptr<listener> listener_;
  std::atomic<bool> ended_ = false;
};

}  // namespace reference_crm
