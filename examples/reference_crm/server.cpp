#include "server.hpp"

#include <dirent.h>
#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "calendar.hpp"
#include "problem.hpp"
#include "query.hpp"
#include "random_id.hpp"

namespace reference_crm {

namespace {

constexpr std::size_t body_cap = 1024 * 1024;
constexpr std::size_t longest_target = 4096;

/// Out of the raw target: httplib's own path is decoded whole, so a %2F in an id would look like a slash.
request to_request(const httplib::Request& from) {
  request made;
  made.method = from.method == "HEAD" ? "GET" : from.method;
  made.sent_method = from.method;
  made.target = from.target;
  for (const auto& [name, value] : from.headers) {
    auto [place, is_new] = made.headers.try_emplace(lower_case(name), value);
    if (!is_new) place->second += ", " + value;
  }

  const std::string_view target = from.target;
  const auto question = std::min(target.find('?'), target.size());
  if (question < target.size()) made.query = parse_query(target.substr(question + 1));
  auto path = target.substr(0, question);
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    auto segment = percent_decode(path.substr(0, end), false);
    if (!segment) throw problem{400, "bad-path", "The path is not percent-encoded."};
    made.path.push_back(*std::move(segment));
    path.remove_prefix(end);
  }
  return made;
}

void write_answer(const answer& given, httplib::Response& to) {
  to.status = given.status;
  for (const auto& [name, value] : given.headers) to.set_header(name, value);
  if (!given.body.empty()) to.set_content(given.body, given.content_type);
}

/// For a request whose body stays unread: what is left of it must not be taken for the next request.
/// httplib closes a connection on which a content provider fails, and knows no other way to ask.
void write_answer_and_close(const answer& given, httplib::Response& to) {
  to.status = given.status;
  for (const auto& [name, value] : given.headers) to.set_header(name, value);
  to.set_header("Connection", "close");
  to.set_content_provider(given.body.size(), given.content_type,
                          [body = given.body](std::size_t, std::size_t, httplib::DataSink& sink) {
                            sink.write(body.data(), body.size());
                            return false;
                          });
}

bool may_have_body(const std::string& method) {
  return method == "POST" || method == "PATCH" || method == "PUT" || method == "DELETE";
}

/// What is wrong with the frame of a request, before any of its body is read.
std::optional<problem> frame_problem(const httplib::Request& asked) {
  const auto lengths = asked.get_header_value_count("Content-Length");
  const bool chunked = asked.has_header("Transfer-Encoding");
  const auto length = asked.get_header_value("Content-Length");
  const bool number =
      !length.empty() && length.size() < 19 && length.find_first_not_of("0123456789") == std::string::npos;

  if (asked.target.size() > longest_target) return problem{414, "uri-too-long", "The target is too long."};
  if (lengths > 1 || (lengths == 1 && (chunked || !number))) {
    return problem{400, "bad-framing", "The length of the body is not clear."};
  }
  if (chunked && lower_case(asked.get_header_value("Transfer-Encoding")) != "chunked") {
    return problem{400, "bad-framing", "The transfer coding is not known."};
  }
  if (!may_have_body(asked.method) &&
      (chunked || (lengths == 1 && length.find_first_not_of('0') != std::string::npos))) {
    return problem{400, "unexpected-body", "This method takes no body."};
  }
  if ((asked.method == "POST" || asked.method == "PATCH") && !chunked && lengths == 0) {
    return problem{411, "length-required", "Send a Content-Length."};
  }
  // httplib would undo the coding, and a signature is over the bytes as they were sent.
  if (may_have_body(asked.method) && asked.has_header("Content-Encoding") &&
      lower_case(asked.get_header_value("Content-Encoding")) != "identity") {
    return problem{415, "unsupported-content-coding", "Send the body without a content coding."};
  }
  if (asked.is_multipart_form_data())
    return problem{415, "unsupported-media-type", "The body must be application/json."};
  return std::nullopt;
}

bool good_request_id(const std::string& id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

/// The headers that every answer has, those made by httplib too.
void finish(const httplib::Request& asked, httplib::Response& given, std::chrono::sys_seconds now) {
  const auto sent = asked.get_header_value("X-Request-Id");
  if (!given.has_header("X-Request-Id")) given.set_header("X-Request-Id", good_request_id(sent) ? sent : random_uuid());
  given.set_header("Date", to_http_date(now));
  if (!given.has_header("Cache-Control")) given.set_header("Cache-Control", "private, no-cache");
  if (given.get_header_value("Connection") == "close") given.headers.erase("Keep-Alive");
}

/// Ends the wait for a next request on every connection; answers being written still go out.
void wake_idle_connections() {
  DIR* listing = ::opendir("/proc/self/fd");
  if (listing == nullptr) return;  // then they end with the keep-alive timeout
  while (const auto* entry = ::readdir(listing)) {
    const int descriptor = std::atoi(entry->d_name);
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const bool connected = descriptor > 2 && ::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
    if (connected) ::shutdown(descriptor, SHUT_RD);
  }
  ::closedir(listing);
}

}  // namespace

class server::listener : public httplib::Server {
 public:
  listener(request_handler handle, const server_options& options) : handle_(std::move(handle)), log_(options.log) {
    new_task_queue = [threads = options.threads] { return new httplib::ThreadPool(threads); };
    set_tcp_nodelay(true);
    set_keep_alive_max_count(1'000'000);
    set_keep_alive_timeout(30);
    set_payload_max_length(body_cap);

    set_pre_routing_handler([this](const auto& asked, auto& given) { return before_routing(asked, given); });
    const auto read_and_answer = [this](const httplib::Request& asked, httplib::Response& given,
                                        const httplib::ContentReader& read) { with_body(asked, given, read); };
    Post(".*", HandlerWithContentReader(read_and_answer));
    Patch(".*", HandlerWithContentReader(read_and_answer));
    Put(".*", HandlerWithContentReader(read_and_answer));
    Delete(".*", HandlerWithContentReader(read_and_answer));

    set_post_routing_handler([clock = options.clock](const httplib::Request& asked, httplib::Response& given) {
      finish(asked, given, clock.now());
    });
    set_error_handler(Handler([](const httplib::Request&, httplib::Response& given) {
      if (!given.body.empty() || given.content_length_ > 0) return;
      write_answer(to_answer({given.status, default_code(given.status), "The request cannot be served."}), given);
    }));
    set_exception_handler([](const httplib::Request&, httplib::Response& given, std::exception_ptr) {
      write_answer(to_answer({500, "internal", "Something went wrong here."}), given);
    });
  }

  /// httplib listens with a backlog of 5; a burst of new connections would wait a second for the kernel's next try.
  void deepen_backlog() { ::listen(svr_sock_, 512); }

 private:
  HandlerResponse before_routing(const httplib::Request& asked, httplib::Response& given) {
    // The request is httplib's own, and not const there. Ranges and encodings would change the bytes
    // that a strong ETag stands for.
    auto& own = const_cast<httplib::Request&>(asked);
    own.ranges.clear();
    own.headers.erase("Accept-Encoding");

    if (const auto wrong = frame_problem(asked)) {
      write_answer_and_close(to_answer(*wrong), given);
      return HandlerResponse::Handled;
    }
    if (may_have_body(asked.method)) return HandlerResponse::Unhandled;
    respond(asked, given, {});
    return HandlerResponse::Handled;
  }

  void with_body(const httplib::Request& asked, httplib::Response& given, const httplib::ContentReader& read) {
    // Too much is read on and dropped for a while, so that the client is ready to hear the 413.
    constexpr std::size_t drained = 64 * body_cap;
    std::string body;
    std::size_t seen = 0;
    const auto keep = [&](const char* data, std::size_t size) {
      seen += size;
      if (seen <= body_cap) body.append(data, size);
      return seen <= drained;
    };

    const bool framed = asked.has_header("Content-Length") || asked.has_header("Transfer-Encoding");
    const bool whole = !framed || read(keep);
    if (seen > body_cap || given.status == 413) {
      write_answer_and_close(to_answer({413, "content-too-large", "The body is larger than 1 MiB."}), given);
    } else if (!whole) {
      write_answer_and_close(to_answer({400, "bad-body", "The body could not be read."}), given);
    } else {
      respond(asked, given, std::move(body));
    }
  }

  void respond(const httplib::Request& asked, httplib::Response& given, std::string body) {
    const auto start = std::chrono::steady_clock::now();
    outcome made{{}, "unmatched"};
    try {
      auto plain = to_request(asked);
      plain.body = std::move(body);
      made = handle_(plain);
    } catch (const problem& from) {
      made.given = to_answer(from);
    } catch (const std::exception& error) {
      // What failed is for the operator; the messages are SQLite's and hold no values.
      std::fprintf(stderr, "reference_crm: %s\n", error.what());
      made.given = to_answer({500, "internal", "Something went wrong here."});
    }
    write_answer(made.given, given);

    if (!log_) return;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::fprintf(stderr, "%s %.*s %d %.1f ms\n", asked.method.c_str(), static_cast<int>(made.route.size()),
                 made.route.data(), given.status, took.count());
  }

  request_handler handle_;
  bool log_;
};

server::server(request_handler handle, server_options options)
    : options_(std::move(options)), listener_(std::make_unique<listener>(std::move(handle), options_)) {}

server::~server() = default;

int server::bind() {
  const bool any = options_.port == 0;
  const int port = any                                                     ? listener_->bind_to_any_port(options_.host)
                   : listener_->bind_to_port(options_.host, options_.port) ? options_.port
                                                                           : -1;
  if (port <= 0)
    throw std::runtime_error("cannot listen on " + options_.host + " port " + std::to_string(options_.port));
  listener_->deepen_backlog();
  return port;
}

void server::run() {
  listener_->listen_after_bind();
  ended_ = true;
}

void server::stop() {
  // httplib forgets a stop that comes before it runs.
  while (!listener_->is_running() && !ended_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  listener_->stop();
  wake_idle_connections();
}

}  // namespace reference_crm
