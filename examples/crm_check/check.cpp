#include "check.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rules/rules.hpp"
#include "session.hpp"

namespace crm_check {

namespace {

using proof = void (*)(session&);

/// In the order of `rules`.
constexpr std::array<proof, rules.size()> proof_of{
#define CRM_RULE(name, needs, section, sentence, mutation) &proofs::name,
#define CRM_RULE_UNBROKEN(name, needs, section, sentence, why) &proofs::name,
#include "rules.def"
#undef CRM_RULE
#undef CRM_RULE_UNBROKEN
};

using clock = std::chrono::steady_clock;

std::chrono::milliseconds since(clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start);
}

crm::error no_check(crm::errc code, std::string why) {
  crm::error made;
  made.code = code;
  made.message = std::move(why);
  return made;
}

/// Whether there is a CRM that lets the credential in.
crm::result<void> first_contact(const options& how) {
  crm::http::request hello{crm::http::method::get, how.prefix + std::string{customers_path} + "?per_page=1", {}, {}};
  hello.headers = {{"Accept", "application/json"}, {"User-Agent", "crm-check"}};
  if (auto done = how.authorize(hello); !done) return std::move(done).error();
  const auto got = how.send(hello);
  if (!got) return no_check(got.error().code, std::string{got.error().reason});
  if (got->status == 401) return no_check(crm::errc::unauthorized, "the CRM refuses the credential");
  if (got->status == 403) return no_check(crm::errc::forbidden, "the credential may not list customers");
  return {};
}

finding prove(std::size_t number, session& crm) {
  finding made{.about = &rules[number]};
  const auto start = clock::now();
  try {
    proof_of[number](crm);
  } catch (const violation& seen) {
    made.verdict = verdict::failed;
    made.seen = seen.what();
  } catch (const extension_missing& why) {
    made.verdict = crm.chosen().require_extensions ? verdict::failed : verdict::skipped;
    made.seen = "extension: " + std::string{why.what()};
  } catch (const not_applicable& why) {
    made.verdict = verdict::skipped;
    made.seen = why.what();
  }
  made.took = since(start);
  return made;
}

}  // namespace

std::string_view to_string(verdict v) noexcept {
  switch (v) {
    case verdict::passed: return "passed";
    case verdict::failed: return "failed";
    case verdict::skipped: return "skipped";
  }
  return "";
}

std::size_t report::count(crm_check::verdict v) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const finding& each) { return each.verdict == v; }));
}

crm::result<report> check(options how) {
  const auto start = clock::now();
  if (auto met = first_contact(how); !met) return std::move(met).error();
  session crm{std::move(how)};
  report made;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].access == access::writes && !crm.chosen().write) {
      made.findings.push_back({&rules[i], verdict::skipped, "writes: --write is not given", {}});
    } else if (!made.ended.empty()) {
      made.findings.push_back({&rules[i], verdict::skipped, made.ended, {}});
    } else {
      try {
        made.findings.push_back(prove(i, crm));
      } catch (const check_ended& why) {
        made.ended = why.what();
        made.findings.push_back({&rules[i], verdict::skipped, made.ended, {}});
      }
    }
  }
  made.remaining = crm.created();
  made.not_emptied = made.remaining - crm.empty_created();
  made.requests = crm.requests();
  made.took = since(start);
  return made;
}

}  // namespace crm_check
