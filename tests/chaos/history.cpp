#include "chaos/history.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace chaos {
namespace {

/// Empty where a customer can have been seen as they were.
std::string why_not(const sight& at, const std::vector<const change*>& changes, const std::string& first_notes) {
  const auto set_by =
      std::find_if(changes.begin(), changes.end(), [&](const change* c) { return c->notes == at.notes; });
  const bool set = set_by != changes.end();
  if (!set && at.notes != first_notes) return "holds what nobody wrote";
  if (set && (*set_by)->outcome == told::not_done) return "holds what was not done";
  if (set && (*set_by)->begin > at.end) return "held what was not yet written";
  // An update of unknown outcome may take effect at any time after it began.
  if (set && (*set_by)->outcome == told::perhaps) return {};
  const bool lost = std::any_of(changes.begin(), changes.end(), [&](const change* c) {
    return c->outcome == told::done && c->end < at.begin && (!set || c->begin > (*set_by)->end);
  });
  return lost ? "has lost a later update" : "";
}

}  // namespace

std::vector<std::string> impossible(const std::vector<creation>& told_of, const std::vector<row>& held) {
  std::vector<std::string> wrong;
  std::map<std::string, std::vector<const row*>> by_name;
  for (const auto& r : held) by_name[r.name].push_back(&r);
  for (const auto& c : told_of) {
    const auto found = std::exchange(by_name[c.name], {});
    if (found.size() > 1) wrong.push_back(c.name + " is there " + std::to_string(found.size()) + " times");
    if (found.empty() && c.outcome == told::done) wrong.push_back(c.name + " is missing");
    if (!found.empty() && c.outcome == told::not_done) wrong.push_back(c.name + " is there, and was not done");
    if (!found.empty() && c.outcome == told::done && found.front()->id != c.id)
      wrong.push_back(c.name + " has another id than was told");
  }
  for (const auto& [name, rows] : by_name)
    if (!rows.empty()) wrong.push_back(name + " was created by nobody");
  return wrong;
}

std::vector<std::string> impossible(const std::vector<change>& told_of, std::vector<sight> seen,
                                    const std::vector<row>& held, const std::string& first_notes) {
  std::vector<std::string> wrong;
  std::map<std::string, std::vector<const change*>> by_id;
  for (const auto& c : told_of) by_id[c.id].push_back(&c);

  for (const auto& r : held) {
    seen.push_back({r.id, r.notes, crm::time_point::max(), crm::time_point::max()});
    const auto& changes = by_id[r.id];
    const auto count = [&](told outcome) {
      return std::count_if(changes.begin(), changes.end(), [&](const change* c) { return c->outcome == outcome; });
    };
    const long most = count(told::done) + count(told::perhaps);
    if (r.version - 1 < count(told::done)) wrong.push_back(r.id + " was changed less often than was told");
    if (r.version - 1 > most) wrong.push_back(r.id + " was changed more often than it can have been");
  }
  for (const auto& at : seen)
    if (const auto why = why_not(at, by_id[at.id], first_notes); !why.empty())
      wrong.push_back(at.id + " " + why + ": " + at.notes);

  std::set<std::pair<std::string, std::string>> made, replaced;
  for (const auto& c : told_of) {
    if (c.outcome != told::done) continue;
    if (!made.emplace(c.id, c.version).second) wrong.push_back(c.id + " got the same version twice: " + c.version);
    if (!c.based_on.empty() && !replaced.emplace(c.id, c.based_on).second)
      wrong.push_back(c.id + " was changed twice from the same version: " + c.based_on);
  }
  return wrong;
}

}  // namespace chaos
