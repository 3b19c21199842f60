/// @file
/// The engine: workers that run steps and send messages until nothing is left to do.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <crm/task/availability.hpp>
#include <crm/transport/concept.hpp>

#include "engine/crm_gate.hpp"
#include "engine/dispatch.hpp"
#include "engine/fault_points.hpp"
#include "engine/next_state.hpp"
#include "engine/outbox.hpp"
#include "engine/procedure.hpp"
#include "engine/task_store.hpp"
#include "engine/work_queue.hpp"

namespace sop {

struct engine_options {
  /// What is to be done.
  std::string sop;
  /// What is done beside it, needs no CRM, and ends when it does.
  std::vector<std::string> background;
  std::size_t workers = 4;
  round_info round;
};

struct engine_tables {
  work_queue& queue;
  task_store& tasks;
  outbox& messages;
};

/// `Client` is a `crm::basic_crm_client`, on whichever transport.
template <class Client>
class engine {
 public:
  engine(Client client, engine_tables tables, const registry<Client>& known, sinks outside, fault_points& faults,
         engine_options options, std::function<void(const std::string&)> say)
      : client_{std::move(client)},
        queue_{tables.queue},
        tasks_{tables.tasks},
        known_{known},
        dispatch_{client_, tables.messages, known, outside, faults, options.round.name},
        options_{std::move(options)},
        say_{std::move(say)},
        gate_{tables.tasks.count(options_.sop).paused == 0} {}

  /// Returns when all is done, or soon after a stop. `on_tick` is called a few times a second. Throws what ended it.
  void run(const std::stop_token& stop, const std::function<void()>& on_tick) {
    std::stop_source end;
    const std::stop_callback forward{stop, [&] { end.request_stop(); }};
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < options_.workers; ++i)
        threads.emplace_back([&] { guarded(end, [&] { work(end.get_token()); }); });
      const std::jthread resumer{[&] { guarded(end, [&] { resume(end.get_token()); }); }};
      std::unique_lock lock{mutex_};
      while (!changed_.wait_for(lock, end.get_token(), tick, [&] { return finished_; }) &&
             !end.get_token().stop_requested()) {
        lock.unlock();
        on_tick();
        lock.lock();
      }
      lock.unlock();
      end.request_stop();
    }
    if (fault_) std::rethrow_exception(fault_);
  }

  [[nodiscard]] bool finished() const noexcept { return finished_; }

 private:
  static constexpr std::chrono::milliseconds tick{200};

  template <class F>
  void guarded(std::stop_source& end, F f) noexcept {
    try {
      f();
    } catch (...) {
      {
        const std::lock_guard lock{mutex_};
        if (!fault_) fault_ = std::current_exception();
      }
      end.request_stop();
    }
  }

  // --- Workers ---

  void work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const std::uint64_t seen = changes();
      const wall_time now = wall_now();
      if (work_once(stop, now)) {
        tell_change();
      } else if (!wait_for_work(stop, seen, now)) {
        return;
      }
    }
  }

  [[nodiscard]] bool work_once(const std::stop_token& stop, wall_time now) {
    const auto found = queue_.claim(wishes(), now);
    if (!found) return false;
    const bool reached = std::visit([&](const auto& one) { return perform(one, stop); }, *found);
    if (!reached) gate_.close();
    return true;
  }

  /// What needs no CRM goes on whatever becomes of it. Messages come first, so that they do not pile up.
  [[nodiscard]] std::vector<work_wish> wishes() const {
    using kind = work_wish::kind;
    std::vector<work_wish> all;
    for (const std::string& each : options_.background) {
      all.push_back({kind::message, each, false});
      all.push_back({kind::task, each, false});
    }
    all.push_back({kind::message, options_.sop, false});
    all.push_back({kind::task, options_.sop, false});
    if (!gate_.is_open()) return all;
    all.push_back({kind::message, options_.sop, true});
    all.push_back({kind::task, options_.sop, true});
    return all;
  }

  // Both answer false where the CRM could not be reached.
  [[nodiscard]] bool perform(const message& one, const std::stop_token& stop) { return dispatch_.send(one, stop); }

  /// Step by step until the task leaves the worker.
  [[nodiscard]] bool perform(task one, const std::stop_token& stop) {
    const auto found = known_.procedures.find(one.sop);
    const Client task_client = client_.for_task(std::to_string(one.id));
    for (;;) {
      const step<Client>* at = found != known_.procedures.end() ? found->second.find(one.step) : nullptr;
      if (at == nullptr) {
        tasks_.apply(one,
                     {.now = task_state::failed, .step = one.step, .context = one.context, .reason = "unknown step"});
        return true;
      }
      step_context<Client> context{task_client, one, stop};
      auto result = run_step(*at, context);
      change next = next_state(one, found->second, *at, result, context, client_, known_, options_.round);
      tasks_.apply(one, next);
      if (next.now != task_state::running) return result || !is_outage(result.error());
      one.step = next.step;
      one.context = std::move(context.context);
      one.failures = one.outages = 0;
      if (stop.stop_requested()) return tasks_.release(one), true;
    }
  }

  [[nodiscard]] static crm::result<outcome> run_step(const step<Client>& at, step_context<Client>& context) {
    const auto run = [&]() -> crm::result<outcome> {
      if (at.needs == needs::crm)
        if (auto filled = context.fill(); !filled) return std::move(filled).error();
      return at.run(context);
    };
    return contained(run, [] { return fail("the step threw"); });
  }

  /// False where there will be no more work. There was none that was due at `looked`.
  [[nodiscard]] bool wait_for_work(const std::stop_token& stop, std::uint64_t seen, wall_time looked) {
    std::unique_lock lock{mutex_};
    if (finished_) return false;
    if (changes_ != seen) return true;
    const bool done = !queue_.any_open(options_.sop);
    if (done && !any_background_open()) {
      finished_ = true;
      changed_.notify_all();
      return false;
    }
    if (done && hurry_background()) return true;
    auto until = queue_.next_due(options_.sop, looked);
    for (const std::string& each : options_.background)
      if (const auto due = queue_.next_due(each, looked); due && (!until || *due < *until)) until = due;
    const auto news = [&] { return changes_ != seen || finished_; };
    if (until) {
      changed_.wait_until(lock, stop, *until, news);
    } else {
      changed_.wait(lock, stop, news);
    }
    return !finished_;
  }

  [[nodiscard]] bool any_background_open() {
    for (const std::string& each : options_.background)
      if (queue_.any_open(each)) return true;
    return false;
  }
  /// Whether any of them waits for its time, which is now.
  [[nodiscard]] bool hurry_background() {
    bool any = false;
    for (const std::string& each : options_.background) any = tasks_.hurry(each) > 0 || any;
    return any;
  }

  [[nodiscard]] std::uint64_t changes() {
    const std::lock_guard lock{mutex_};
    return changes_;
  }
  void tell_change() {
    {
      const std::lock_guard lock{mutex_};
      ++changes_;
    }
    changed_.notify_all();
  }

  // --- Pause and resume ---

  void resume(const std::stop_token& stop) {
    const crm::availability_monitor monitor{client_};
    bool from_before = !gate_.is_open();
    while (gate_.wait_until_closed(stop)) {
      say_(from_before ? "tasks were paused: the CRM is asked whether it is back"
                       : "the CRM does not answer: tasks that need it are paused");
      from_before = false;
      do {
        if (!monitor.wait_until_available(stop, crm::time_point::max())) return;
      } while (!answers(stop));
      if (stop.stop_requested()) return;
      gate_.open();
      const auto resumed = tasks_.resume_paused(options_.sop);
      say_("the CRM answers: " + std::to_string(resumed) + " tasks go on");
      tell_change();
    }
  }

  /// Whether the CRM answers, about a customer whom it does not have. No task is used to find out: that may be the very
  /// one that the CRM fails on.
  [[nodiscard]] bool answers(const std::stop_token& stop) const {
    crm::call_options call;
    call.stop = stop;
    const auto nobody = client_.find("00000000-0000-0000-0000-000000000000", call);  // RFC 9562, section 5.9
    return nobody || !is_outage(nobody.error());
  }

  Client client_;
  work_queue& queue_;
  task_store& tasks_;
  const registry<Client>& known_;
  dispatch<Client> dispatch_;
  const engine_options options_;
  std::function<void(const std::string&)> say_;
  crm_gate gate_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t changes_ = 0;
  bool finished_ = false;
  std::exception_ptr fault_;
};

}  // namespace sop
