/// @file
/// An observer that posts to a Slack channel what people must be told. (ADR 10, Failure Handling: "Post to
/// #escalations".)
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <crm/observe/events.hpp>
#include <crm/secret.hpp>
#include <crm/transport/httplib.hpp>

#include "incoming_webhook.hpp"

namespace escalation {

struct slack_options {
  std::string channel = "#escalations";
  /// Of one post.
  crm::milliseconds deadline{5'000};
  /// How long the last copy, when it goes, waits for what is still to be posted.
  crm::milliseconds farewell{3'000};
  /// Posts that wait; a further one is lost, and counted as failed.
  std::size_t most_waiting = 16;
  /// Told of each post that failed, in words that hold neither the address nor a token. Called on the thread that
  /// posts, after the call that escalated has long gone on. What it throws is dropped.
  std::function<void(std::string_view)> on_failure{};
  crm::transport_options transport{};
};

/// Posts `crm::events::escalated` to a Slack incoming webhook, on a thread of its own: the call that escalates is not
/// delayed, whatever becomes of the post. A post is tried once. The webhook's address holds a token, so it is a secret;
/// one that cannot be used is a failure of each post. A handle: copies share the thread and the queue.
class slack_webhook {
 public:
  explicit slack_webhook(crm::result<crm::secret> address, slack_options options = {})
      : poster_{std::make_shared<poster>(std::move(address), std::move(options))} {}

  void on(const crm::events::escalated& e) noexcept {
    try {
      poster_->add(text_of(e));
    } catch (const std::exception&) {  // no memory
      poster_->lose();
    }
  }

  /// How many posts did not arrive.
  [[nodiscard]] std::uint64_t failures() const noexcept { return poster_->failures(); }

 private:
  /// The wording of ADR 10, and where to look.
  [[nodiscard]] static std::string text_of(const crm::events::escalated& e) {
    std::string text{crm::events::escalated::message};
    text.append(e.status == 0 ? " (no answer" : " (HTTP " + std::to_string(e.status));
    text.append(", ").append(to_string(e.call.op));
    if (!e.call.task.empty()) text.append(", task ").append(e.call.task);
    if (!e.request_id.empty()) text.append(", request ").append(e.request_id);
    return text.append(")");
  }

  /// The queue and the thread that empties it.
  class poster {
   public:
    poster(crm::result<crm::secret> address, slack_options options)
        : options_{std::move(options)}, hook_{incoming_webhook::open(address, options_.transport)} {
      thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    poster(const poster&) = delete;
    poster& operator=(const poster&) = delete;
    ~poster() {
      std::unique_lock lock{mutex_};
      idle_.wait_for(lock, options_.farewell, [&] { return waiting_.empty() && !posting_; });
      lock.unlock();
      thread_.request_stop();  // which ends a post under way at once
    }

    void add(std::string text) {
      {
        const std::lock_guard lock{mutex_};
        if (waiting_.size() < options_.most_waiting) {
          waiting_.push_back(std::move(text));
        } else {
          lose();
        }
      }
      added_.notify_one();
    }

    /// Reported with the next post.
    void lose() noexcept {
      ++failures_;
      ++lost_;
    }

    [[nodiscard]] std::uint64_t failures() const noexcept { return failures_.load(); }

   private:
    void run(const std::stop_token& stop) noexcept {
      std::unique_lock lock{mutex_};
      while (added_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
        const std::string text = std::move(waiting_.front());
        waiting_.pop_front();
        const auto lost = lost_.exchange(0);
        posting_ = true;
        lock.unlock();
        if (lost > 0) report(std::to_string(lost) + " escalations were not posted: too many wait");
        if (const auto fault = post(text, stop); !fault.empty()) {
          ++failures_;
          report("an escalation was not posted: " + fault);
        }
        lock.lock();
        posting_ = false;
        idle_.notify_all();
      }
    }

    /// Why it did not arrive; empty where it did.
    [[nodiscard]] std::string post(std::string_view text, const std::stop_token& stop) {
      try {
        if (!hook_) return hook_.error().message;
        const auto answer = hook_->post(options_.channel, text, {}, {hook_->now() + options_.deadline, stop});
        if (!answer) return std::string{stop.stop_requested() ? "the program ended first" : answer.error().reason};
        if (answer->status < 200 || answer->status > 299) return "HTTP " + std::to_string(answer->status);
        return {};
      } catch (const std::exception&) {
        return "out of memory";
      }
    }

    void report(const std::string& what) noexcept {
      try {
        if (options_.on_failure) options_.on_failure(what);
      } catch (...) {  // NOLINT(bugprone-empty-catch): a failure to report harms nobody
      }
    }

    const slack_options options_;
    crm::result<incoming_webhook> hook_;
    std::mutex mutex_;
    std::condition_variable_any added_, idle_;
    std::deque<std::string> waiting_;
    bool posting_ = false;
    std::atomic<std::uint64_t> failures_{0}, lost_{0};
    std::jthread thread_;  // the first to go: it uses the others
  };

  std::shared_ptr<poster> poster_;
};

}  // namespace escalation
