#include "event_words.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include "exit_code.hpp"

namespace crm_cli {

namespace {

/// One line: which call, what of it, and the facts that are known.
class sentence {
 public:
  sentence(const crm::events::call_id& call, std::string_view what) {
    text_.append(to_string(call.op));
    if (call.number != 0) text_.append(", call ").append(std::to_string(call.number));
    text_.append(": ").append(what);
  }
  sentence(const sentence&) = delete;
  sentence& operator=(const sentence&) = delete;
  ~sentence() { complain(text_); }

  sentence& add(std::string_view fact) {
    if (!fact.empty()) text_.append(", ").append(fact);
    return *this;
  }
  sentence& add_status(int status) { return add(status == 0 ? "no answer" : "HTTP " + std::to_string(status)); }
  sentence& add_request(std::string_view id) { return add(id.empty() ? "" : "request " + std::string{id}); }

 private:
  std::string text_;
};

std::string in_ms(crm::clock::duration time) {
  return std::to_string(std::chrono::round<crm::milliseconds>(time).count()) + " ms";
}

}  // namespace

void event_words::on(const crm::events::call_started& e) const { sentence{e.call, "started"}; }
void event_words::on(const crm::events::attempt_made& e) const {
  sentence{e.call, "attempt " + std::to_string(e.number)}
      .add_status(e.status)
      .add(e.reason)
      .add(in_ms(e.took))
      .add_request(e.request_id);
}
void event_words::on(const crm::events::retry_scheduled& e) const {
  sentence{e.call, "attempt " + std::to_string(e.next) + " follows in " + in_ms(e.delay)}.add(e.reason);
}
void event_words::on(const crm::events::gate_closed& e) const {
  sentence{e.call, "the CRM asks for a pause of " + in_ms(e.pause)}.add_status(e.status);
}
void event_words::on(const crm::events::gate_opened& e) const { sentence{e.call, "the pause is over"}; }
void event_words::on(const crm::events::cache_hit& e) const { sentence{e.call, "answered from the task's cache"}; }
void event_words::on(const crm::events::not_found& e) const {
  sentence{e.call, "the CRM has no such record"}.add_request(e.request_id);
}
void event_words::on(const crm::events::credential_failed& e) const {
  sentence{e.call, "the credential is not accepted"}.add_status(e.status).add_request(e.request_id);
}
void event_words::on(const crm::events::escalated& e) const {
  sentence{e.call, crm::events::escalated::message}.add_status(e.status).add_request(e.request_id);
}
void event_words::on(const crm::events::call_finished& e) const {
  sentence{e.call, e.error ? to_string(*e.error) : "done"}
      .add_status(e.status)
      .add(std::to_string(e.attempts) + (e.attempts == 1 ? " attempt" : " attempts"))
      .add(to_string(e.stopped))
      .add(e.outcome_unknown ? "outcome unknown" : "")
      .add(in_ms(e.took))
      .add_request(e.request_id);
}

}  // namespace crm_cli
