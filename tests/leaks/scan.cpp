// What the tests tagged [leaks] look with.
#include "leaks/scan.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>

#include <crm/result.hpp>

namespace leaks {

namespace {

std::string lowered(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return out;
}

bool holds(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

/// Takes the place of one of the process's streams for as long as it lives.
class captured {
 public:
  explicit captured(int stream) : stream_{stream}, file_{std::tmpfile(), &std::fclose} {
    flush();
    original_ = ::fcntl(stream_, F_DUPFD_CLOEXEC, 0);
    ::dup2(::fileno(file_.get()), stream_);
  }
  captured(const captured&) = delete;
  captured& operator=(const captured&) = delete;
  ~captured() { restore(); }

  [[nodiscard]] std::string take() {
    restore();
    std::rewind(file_.get());
    std::string text;
    std::array<char, 4096> part{};
    while (const auto size = std::fread(part.data(), 1, part.size(), file_.get())) text.append(part.data(), size);
    return text;
  }

 private:
  static void flush() {
    std::cout.flush();
    std::clog.flush();
    std::fflush(nullptr);
  }
  void restore() {
    if (original_ < 0) return;
    flush();
    ::dup2(original_, stream_);
    ::close(std::exchange(original_, -1));
  }

  int stream_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  int original_ = -1;
};

}  // namespace

void scan::forbid(std::string_view credential) { credentials_.insert(lowered(credential)); }

bool scan::holds_credential(const std::string& lower) const {
  return holds(lower, credential_mark) ||
         std::any_of(credentials_.begin(), credentials_.end(), [&](const auto& each) { return holds(lower, each); });
}

void scan::report(std::string_view where, std::string_view text) {
  if (findings_.size() < 10) findings_.push_back(scene_ + ": " + std::string{where} + ": " + std::string{text});
}

void scan::look(std::string_view where, std::string_view text) {
  if (!looked_at_.emplace(text).second) return;
  const std::string lower = lowered(text);
  bool found = holds_credential(lower) || holds(lower, customer_mark);
  for (const auto number : {phone, zip, birthday, amount}) found = found || holds(lower, number);
  if (found) report(where, text);
}

void scan::look_at_servers(std::string_view where, std::string_view text) {
  if (servers_.emplace(text).second && holds_credential(lowered(text))) report(where, text);
}

void scan::look(const crm::error& e) {
  // All of them: a member more does not compile here.
  const auto& [code, message, op, status, stopped, outcome_unknown, attempts, retry_at, request_id, details, excerpt,
               json_path, offset] = e;
  met("error " + std::string{to_string(code)});
  met("stopped " + std::string{to_string(stopped)});
  look("message", message);
  look("status", std::to_string(status));
  look("request_id", request_id);
  look("json_path", json_path);
  if (offset) look("offset", std::to_string(*offset));
  look("the rest", std::string{to_string(op)}.append(outcome_unknown ? "1" : "0"));
  for (const auto& [attempt_status, reason, waited] : attempts) {
    look("an attempt's status", std::to_string(attempt_status));
    look("an attempt's reason", reason);
    look("an attempt's wait", std::to_string(waited.count()));
  }
  look("retry_at", retry_at ? std::to_string(retry_at->time_since_epoch().count()) : "");
  look("to_string", to_string(e));
  std::ostringstream stream;
  stream << e;
  look("operator<<", stream.str());
  look("what", crm::exception{e}.what());
  look_at_servers("excerpt", excerpt);
  if (!details) return;
  const auto& [type, title, detail, fields] = *details;
  for (const auto& text : {type, title, detail}) look_at_servers("details", text);
  for (const auto& [where, text] : fields) look_at_servers("details", where + " " + text);
}

std::vector<std::string> found_by(const std::function<void(scan&)>& walk) {
  scan all;
  std::string out, err;
  {
    captured to_out{1}, to_err{2};
    walk(all);
    err = to_err.take();
    out = to_out.take();
  }
  auto findings = all.findings();
  for (const auto& written : {out, err})
    if (!written.empty()) findings.push_back("written: " + written);
  if (all.looked() == 0) findings.emplace_back("nothing was looked at");
  return findings;
}

}  // namespace leaks
