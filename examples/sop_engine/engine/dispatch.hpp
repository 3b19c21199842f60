/// @file
/// Sends what is in the outbox: the text is made now, from the CRM, and is kept nowhere.
#pragma once

#include <algorithm>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>

#include "engine/fault_points.hpp"
#include "engine/next_state.hpp"
#include "engine/outbox.hpp"
#include "engine/procedure.hpp"
#include "sinks/sink.hpp"

namespace sop {

template <class Client>
class dispatch {
 public:
  dispatch(const Client& client, outbox& messages, const registry<Client>& known, sinks outside, fault_points& faults,
           std::string round)
      : client_{client}, outbox_{messages}, known_{known}, sinks_{outside}, faults_{faults}, round_{std::move(round)} {}

  /// Brings a message to an end, or puts it off. False where the CRM could not be reached.
  [[nodiscard]] bool send(const message& m, const std::stop_token& stop) {
    const auto known = known_.templates.find(m.template_name);
    if (known == known_.templates.end()) return give_up(m, {"unknown template"}), true;
    const Client task_client = client_.for_task(std::to_string(m.task_id));
    using answer = std::optional<crm::result<rendered>>;
    const auto made_now = contained(
        [&] {
          return answer{known->second.render({task_client, m.references, stop})};
        },
        [] { return answer{}; });
    if (!made_now) return give_up(m, {"the template threw"}), true;
    const crm::result<rendered>& text = *made_now;
    if (!text) return refused(m, text.error(), stop);
    if (const auto* moot = std::get_if<nothing>(&*text)) return outbox_.dropped(m, {moot->why}), true;
    if (const auto* not_to_send = std::get_if<refusal>(&*text)) return give_up(m, {not_to_send->why}), true;

    faults_.pass();
    const std::string id = outbox_.id_of(m);
    const delivery made = hand_over({id, m.made_at}, *text, stop);
    faults_.pass();
    if (stop.stop_requested() && made.how == verdict::later) return outbox_.postponed(m, {}, made.why), true;
    switch (made.how) {
      case verdict::delivered: outbox_.sent(m); break;
      case verdict::later: try_later(m, made.why); break;
      case verdict::never: give_up(m, made.why); break;
    }
    return true;
  }

 private:
  static constexpr int most_attempts = 6;

  [[nodiscard]] delivery hand_over(const envelope& of, const rendered& text, const std::stop_token& stop) {
    if (const auto* letter = std::get_if<mail>(&text)) return sinks_.mails.deliver(of, *letter, stop);
    return sinks_.posts.deliver(of, std::get<post>(text), stop);
  }

  /// The CRM did not give what the text is made of.
  [[nodiscard]] bool refused(const message& m, const crm::error& e, const std::stop_token& stop) {
    const failure why = failure_of(e);
    if (e.code == crm::errc::cancelled) return outbox_.postponed(m, {}, why), true;
    if (is_outage(e)) return put_behind_the_others(m, why), false;
    if (e.code == crm::errc::rate_limited) {
      outbox_.postponed(m, time_to_ask_again(client_, e, stop), why);
    } else if (e.code == crm::errc::unauthorized || e.code == crm::errc::forbidden) {
      outbox_.failed(m, why);  // people are told of these by the client itself
    } else {
      try_later(m, why);
    }
    return true;
  }

  /// It counts where the CRM did answer: see `is_answer`.
  void put_behind_the_others(message m, const failure& why) {
    if (is_answer(why) && ++m.outages >= most_attempts) return give_up(m, why);
    outbox_.postponed(m, wall_now(), why);
  }

  /// People are told once a round, as of tasks; but not of posts, for that would be a post.
  void give_up(const message& m, const failure& why) {
    const std::string what = "message " + m.template_name;
    if (m.needs_crm)
      outbox_.failed(m, why, escalation_of(m.sop, round_, what, why, m.task_id));
    else
      outbox_.failed(m, why);
  }

  /// After 1, 2, 4, 8 and 16 seconds.
  void try_later(message m, const failure& why) {
    const std::chrono::seconds after{1 << m.attempts};
    if (++m.attempts >= most_attempts) return give_up(m, why);
    outbox_.postponed(m, wall_now() + after, why);
  }

  const Client& client_;
  outbox& outbox_;
  const registry<Client>& known_;
  sinks sinks_;
  fault_points& faults_;
  const std::string round_;
};

}  // namespace sop
