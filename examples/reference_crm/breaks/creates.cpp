#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "../calendar.hpp"
#include "../problem.hpp"
#include "mutation.hpp"

namespace reference_crm::breaks {

namespace {

/// What this process remembers of earlier requests.
class memory {
 public:
  /// Whether it is there already; from now on it is.
  bool add(const std::string& item) {
    const std::scoped_lock lock(mutex_);
    return !items_.insert(item).second;
  }
  bool has(const std::string& item) {
    const std::scoped_lock lock(mutex_);
    return items_.contains(item);
  }
  void remove(const std::string& item) {
    const std::scoped_lock lock(mutex_);
    items_.erase(item);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> items_;
};

}  // namespace

outcome create_is_201(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (made.given.status == 201) made.given.status = 200;
  return made;
}

outcome create_says_where(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return made.given.status == 201 ? with_header(std::move(made), "Location", "/api/v1/customers") : made;
}

outcome create_keeps_every_field(const request& asked, const request_handler& sound) {
  return sound(is_create(asked) ? with_customer(asked,
                                                [](json& customer) {
                                                  if (customer.contains("phone")) customer.erase("zip");
                                                })
                                : asked);
}

outcome create_keeps_any_text(const request& asked, const request_handler& sound) {
  auto taken = asked;
  if (is_create(asked)) std::erase_if(taken.body, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return sound(taken);
}

outcome create_needs_a_name(const request& asked, const request_handler& sound) {
  return sound(is_create(asked) ? with_customer(asked,
                                                [](json& customer) {
                                                  if (!customer.contains("name")) customer["name"] = "unnamed";
                                                })
                                : asked);
}

outcome create_refuses_unknown_fields(const request& asked, const request_handler& sound) {
  return sound(is_create(asked) ? with_customer(asked, [](json& customer) { customer.erase("favourite_colour"); })
                                : asked);
}

outcome create_refuses_id_and_created_at(const request& asked, const request_handler& sound) {
  const auto drop = [](json& customer) {
    customer.erase("id");
    customer.erase("created_at");
  };
  return sound(is_create(asked) ? with_customer(asked, drop) : asked);
}

outcome create_refuses_bad_values(const request& asked, const request_handler& sound) {
  const auto drop = [](json& customer) {
    const auto day = customer.value("last_service_date", json());
    if (day.is_string() && !is_day(day.get<std::string>())) customer.erase("last_service_date");
  };
  return sound(is_create(asked) ? with_customer(asked, drop) : asked);
}

outcome broken_json_is_400(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return is_create(asked) && made.given.status == 400 ? crash() : made;
}

outcome other_media_type_is_415(const request& asked, const request_handler& sound) {
  auto taken = asked;
  if (is_create(asked)) taken.headers["content-type"] = "application/json";
  return sound(taken);
}

outcome wrong_method_is_405(const request& asked, const request_handler& sound) {
  return with_header(sound(asked), "Allow", "");
}

// --- Idempotency

outcome a_repeated_create_is_done_once(const request& asked, const request_handler& sound) {
  static memory answered;
  const auto key = asked.header("idempotency-key");
  if (!is_create(asked) || !key) return sound(asked);
  // Another body under the key is still refused.
  if (answered.has(*key + asked.body)) return sound(without_header(asked, "idempotency-key"));
  auto made = sound(asked);
  if (made.given.status == 201) answered.add(*key + asked.body);
  return made;
}

outcome a_replay_says_so(const request& asked, const request_handler& sound) {
  return with_header(sound(asked), "Idempotent-Replayed", "");
}

outcome a_key_with_another_body_is_422(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  const bool reused = made.given.body.find("idempotency-key-reused") != std::string::npos;
  return reused ? sound(without_header(asked, "idempotency-key")) : made;
}

outcome a_refused_create_takes_no_key(const request& asked, const request_handler& sound) {
  static memory taken;
  const auto key = asked.header("idempotency-key");
  if (!is_create(asked) || !key) return sound(asked);
  if (taken.has(*key)) return {to_answer({422, "idempotency-key-reused", "This key was used."}), "broken"};
  auto made = sound(asked);
  if (made.given.status == 422) taken.add(*key);
  return made;
}

outcome creates_at_once_make_one(const request& asked, const request_handler& sound) {
  static memory in_flight;
  const auto key = asked.header("idempotency-key");
  if (!is_create(asked) || !key) return sound(asked);
  if (in_flight.add(*key)) return sound(without_header(asked, "idempotency-key"));
  // Long enough that the others come meanwhile.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  auto made = sound(asked);
  in_flight.remove(*key);
  return made;
}

}  // namespace reference_crm::breaks
