/// @file
/// What a procedure is made of: steps, and templates of the messages they send. (ADR 10, SOP Engine.)
#pragma once

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <new>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <crm/model/customer.hpp>
#include <crm/options.hpp>
#include <crm/result.hpp>
#include <crm/task/context.hpp>

#include "engine/code_word.hpp"
#include "engine/database.hpp"
#include "engine/task.hpp"
#include "sinks/sink.hpp"

namespace sop {

// --- What a step comes to ---

struct outcome {
  enum class kind { advance, done, skip, wait, fail };
  kind what = kind::advance;
  code_word reason{""};
  milliseconds after{};
};

/// To the next step; done where there is none.
[[nodiscard]] inline outcome advance() { return {}; }
[[nodiscard]] inline outcome done(code_word why = "") { return {outcome::kind::done, why}; }
/// The task ends without its purpose, and nobody need look.
[[nodiscard]] inline outcome skip(code_word why) { return {outcome::kind::skip, why}; }
/// The same step again, so much later.
[[nodiscard]] inline outcome wait(milliseconds time) { return {outcome::kind::wait, "", time}; }
/// The task ends as failed, and #escalations is told: trying again would change nothing.
[[nodiscard]] inline outcome fail(code_word why) { return {outcome::kind::fail, why}; }

// --- Where a failure leads ---

enum class path {
  pause,        ///< until the CRM is available; `paths::after_retries` if it answers, but fails this step every time
  retry_later,  ///< the step again after a while, and in the end `paths::after_retries`
  skip,         ///< the task ends as skipped
  escalate,     ///< it ends as failed, and #escalations is told
  fail,         ///< it ends as failed
};

/// A step's on_failure paths. Three failures have theirs already: a rate limit is waited for, a refused credential is
/// told by the client once and fails the task, and a stop leaves the task ready.
struct paths {
  path otherwise = path::escalate;
  /// The CRM cannot be reached, or its breaker is open.
  path unreachable = path::pause;
  /// How often a step is retried later, each time after twice as long, and what then. Neither `pause` nor
  /// `retry_later`: that would have no end.
  int retries = 3;
  path after_retries = path::escalate;
};

// --- What a step can see and do ---

template <class Client>
class step_context {
 public:
  step_context(const Client& task_client, const task& of, std::stop_token stop)
      : crm{task_client}, context(of.context), task_{of}, stop_{std::move(stop)} {}  // braces would make a list of it

  /// The task's client: what it reads is asked once in the task.
  const Client& crm;
  /// The task's context. Its `customer_…` keys are never persisted.
  json context;

  /// For each call, so that it ends when the engine does.
  [[nodiscard]] crm::call_options call() const {
    crm::call_options options;
    options.stop = stop_;
    return options;
  }

  /// The customer that the context refers to, remembered in it; nothing, and null keys, where the CRM has none.
  [[nodiscard]] crm::result<std::optional<crm::customer>> customer() {
    auto found = crm.find(context.at(std::string{crm::customer_reference}).template get<std::string>(), call());
    if (found) crm::remember(context, *found);
    return found;
  }
  /// Fills a context that came from the database, which holds the reference alone.
  [[nodiscard]] crm::result<void> fill() {
    if (!context.contains(std::string{crm::customer_reference}) || context.contains("customer_name")) return {};
    auto found = customer();
    if (!found) return std::move(found).error();
    return {};
  }
  /// A name is always there, unless there is no such customer.
  [[nodiscard]] bool customer_is_gone() const { return context.at("customer_name").is_null(); }

  /// A message, once for this task, step and purpose.
  void send(std::string_view purpose, std::string_view template_name, json references = json::object()) {
    messages_.push_back({task_.key + "/" + task_.step + "/" + std::string{purpose}, std::string{template_name}, false,
                         std::move(references)});
  }
  /// A task of the same procedure, once for its key.
  void spawn(std::string key, std::string_view step, json references) {
    children_.push_back({std::move(key), task_.sop, std::string{step}, false, std::move(references)});
  }

  [[nodiscard]] std::vector<new_message> take_messages() { return std::exchange(messages_, {}); }
  [[nodiscard]] std::vector<new_task> take_children() { return std::exchange(children_, {}); }

 private:
  const task& task_;
  std::stop_token stop_;
  std::vector<new_message> messages_;
  std::vector<new_task> children_;
};

enum class needs { nothing, crm };

/// It may be run again after a crash: what it writes to the CRM must be harmless to repeat, and all else goes by the
/// context's `send` and `spawn`, which count only if the step is committed.
template <class Client>
struct step {
  std::string_view name;
  sop::needs needs;
  paths on_failure;
  std::function<crm::result<outcome>(step_context<Client>&)> run;
};

/// Steps in their order. Children may begin behind the parent's last step.
template <class Client>
struct procedure {
  std::string_view name;
  std::vector<step<Client>> steps;

  [[nodiscard]] const step<Client>* find(std::string_view wanted) const {
    for (const auto& each : steps)
      if (each.name == wanted) return &each;
    return nullptr;
  }
  [[nodiscard]] const step<Client>* after(const step<Client>& one) const {
    return &one == &steps.back() ? nullptr : &one + 1;
  }
};

/// `run()`, or what `threw` makes of an exception of the program's own: its text may speak of a customer, and is not
/// looked at. That the database or an input cannot be used, and that there is no memory, ends the engine.
template <class Run, class Threw>
std::invoke_result_t<Run&> contained(Run run, Threw threw) {
  try {
    return run();
  } catch (const sqlite::error&) {
    throw;
  } catch (const unusable&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    return threw();
  }
}

/// What a list is that holds what was not asked for: acted on, it would be a letter to the wrong person.
inline constexpr code_word about_others{"the CRM's answer is about others"};

template <class Filter, class Record>
[[nodiscard]] bool all_match(const Filter& wanted, const std::vector<Record>& found) {
  return std::all_of(found.begin(), found.end(), [&](const Record& each) { return wanted.matches(each); });
}

// --- Messages ---

/// What a template may use when its message is sent.
template <class Client>
struct render_context {
  const Client& crm;
  const json& references;
  std::stop_token stop;

  [[nodiscard]] crm::call_options call() const {
    crm::call_options options;
    options.stop = stop;
    return options;
  }
  [[nodiscard]] crm::result<std::optional<crm::customer>> customer() const {
    return crm.find(references.at(std::string{crm::customer_reference}).template get<std::string>(), call());
  }
};

template <class Client>
struct message_template {
  sop::needs needs;
  std::function<crm::result<rendered>(const render_context<Client>&)> render;
};

/// A mail to the customer whom the references name, as `letter(from, customer)` writes it. There is none to somebody
/// who is gone, or has no address.
template <class Client, class Letter>
[[nodiscard]] message_template<Client> mail_to_customer(Letter letter) {
  return {needs::crm, [letter](const render_context<Client>& from) -> crm::result<rendered> {
            const auto customer = from.customer();
            if (!customer) return customer.error();
            if (!*customer) return rendered{nothing{"customer not found"}};
            if (!(*customer)->email) return rendered{nothing{"no e-mail address"}};
            return letter(from, **customer);
          }};
}

/// What an engine can run.
template <class Client>
struct registry {
  std::map<std::string, procedure<Client>, std::less<>> procedures;
  std::map<std::string, message_template<Client>, std::less<>> templates;

  /// Throws `std::invalid_argument` where a step's retries would have no end.
  void add(procedure<Client> made) {
    for (const auto& each : made.steps)
      if (each.on_failure.after_retries == path::pause || each.on_failure.after_retries == path::retry_later)
        throw std::invalid_argument("after_retries must end the task");
    std::string name{made.name};
    procedures.emplace(std::move(name), std::move(made));
  }
};

}  // namespace sop
