#include "session.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include <crm/detail/uuid.hpp>
#include <crm/http/retry_after.hpp>
#include <crm/http/uri.hpp>
#include <crm/json/document.hpp>

namespace crm_check {

namespace {

/// What bounds a check besides its requests: in records read of a list, and in seconds waited for one rate limit.
constexpr std::size_t largest_sample = 500;
constexpr std::size_t most_customers_asked = 10;
constexpr std::chrono::seconds longest_wait{30};
constexpr int most_waits = 3;

/// The template of a target, for messages.
std::string route_of(const crm::http::request& asked) {
  std::string_view path = asked.target;
  path = path.substr(0, path.find('?'));
  std::string route{to_string(asked.method)};
  route += ' ';
  const auto below = path.find("/customers/");
  if (below == std::string_view::npos || path.ends_with("/search")) return route.append(path);
  const auto id = below + std::string_view{"/customers/"}.size();
  const auto end = std::min(path.find('/', id), path.size());
  return route.append(path.substr(0, id)).append("{id}").append(path.substr(end));
}

std::string with_query(std::string_view path, const terms& query) {
  std::string target{path};
  char separator = '?';
  for (const auto& [name, value] : query) {
    target += std::exchange(separator, '&');
    crm::http::append_encoded(target, name);
    target += '=';
    crm::http::append_encoded(target, value);
  }
  return target;
}

/// Whether nothing more can be asked, for the user stopped it or the time is over.
bool ends_all(crm::errc code) { return code == crm::errc::cancelled || code == crm::errc::deadline_exceeded; }

/// What in a credential's header is secret: all that follows the scheme.
std::string secret_part(std::string_view value) {
  const auto space = value.find(' ');
  return std::string{space == std::string_view::npos ? value : value.substr(space + 1)};
}

}  // namespace

// --- Answers

bool answer::has_type(std::string_view media_type) const {
  std::string_view type = header("Content-Type").value_or("");
  type = type.substr(0, type.find_first_of("; "));
  return crm::http::same_name(type, media_type);
}

const answer& answer::must_be(std::initializer_list<int> statuses) const {
  if (std::find(statuses.begin(), statuses.end(), status()) != statuses.end()) return *this;
  std::string wanted;
  for (const int each : statuses) wanted.append(wanted.empty() ? "" : " or ").append(std::to_string(each));
  throw violation(route + " is answered with " + std::to_string(status()) + ", not " + wanted);
}

const answer& answer::must_be_refused() const {
  demand(status() / 100 == 4, route + " is answered with " + std::to_string(status()) + ", not a 4xx");
  return *this;
}

const answer& answer::must_be_served_or_refused() const {
  demand(status() == 200 || status() / 100 == 4,
         route + " is answered with " + std::to_string(status()) + ", neither 200 nor a 4xx");
  return *this;
}

// --- Requests

answer session::get(std::string target, crm::http::header_list headers, credential whose) {
  return send({crm::http::method::get, std::move(target), std::move(headers), {}}, whose);
}

answer session::get(std::string_view path, const terms& query, credential whose) {
  return get(with_query(path, query), {}, whose);
}

answer session::post(std::string target, std::string body, crm::http::header_list headers) {
  if (!headers.get("Content-Type")) headers.push_back({"Content-Type", "application/json"});
  auto got = send({crm::http::method::post, std::move(target), std::move(headers), std::move(body)}, credential::own);
  remember(got);
  return got;
}

answer session::patch(std::string target, std::string body, crm::http::header_list headers) {
  if (!headers.get("Content-Type")) headers.push_back({"Content-Type", "application/json"});
  return send({crm::http::method::patch, std::move(target), std::move(headers), std::move(body)}, credential::own);
}

std::vector<answer> session::post_at_once(std::size_t times, const std::string& target, const std::string& body,
                                          const crm::http::header_list& headers) {
  crm::http::request request{crm::http::method::post, target, headers, body};
  request.headers.push_back({"Content-Type", "application/json"});
  std::vector<crm::http::request> prepared;
  for (std::size_t i = 0; i < times; ++i) prepare(prepared.emplace_back(request), credential::own);
  std::vector<std::future<crm::transport_result>> sent;
  for (const auto& each : prepared)
    sent.push_back(std::async(std::launch::async, [this, &each] { return options_.send(each); }));
  std::vector<answer> answers;
  std::optional<crm::transport_failure> failed;
  // All are waited for and remembered, before any of them ends the rule.
  for (std::size_t i = 0; i < times; ++i) {
    if (auto got = sent[i].get()) {
      remember(answers.emplace_back(answer{route_of(request), *std::move(got)}));
      watch_for_leaks(prepared[i], answers.back());
    } else {
      failed = got.error();
    }
  }
  if (failed && ends_all(failed->code)) throw check_ended(std::string{failed->reason});
  demand(!failed, "some of the requests sent at once got no answer");
  require(std::none_of(answers.begin(), answers.end(), [](const answer& each) { return each.status() == 429; }),
          "the CRM's rate limit is too low to send at once");
  return answers;
}

void session::authorize(crm::http::request& request) {
  const auto done = options_.authorize(request);
  if (done) return;
  throw check_ended(ends_all(done.error().code) ? done.error().message : "the credential cannot be used any longer");
}

answer session::send(crm::http::request request, credential whose) {
  for (int waits = 0;; ++waits) {
    auto got = send_once(request, whose);
    if (got.status() != 429) return got;
    rate_limited_.push_back(got);
    const auto asked = crm::http::retry_after(got.header("Retry-After"), got.header("Date"));
    const auto wait = asked.value_or(std::chrono::seconds{1});
    if (waits == most_waits || wait > longest_wait) throw check_ended("the CRM's rate limit is too low to ask");
    if (!options_.wait(wait)) throw check_ended("the time is over");
  }
}

void session::prepare(crm::http::request& request, credential whose) {
  if (++requests_ > most_requests_)
    throw check_ended("the check's " + std::to_string(most_requests_) + " requests are used up");
  request.target.insert(0, options_.prefix);
  if (!request.headers.get("Accept")) request.headers.push_back({"Accept", "application/json"});
  request.headers.push_back({"Accept-Encoding", "identity"});
  request.headers.push_back({"User-Agent", "crm-check"});
  if (whose == credential::own) {
    const auto unsigned_headers = request.headers.size();
    authorize(request);
    for (auto i = unsigned_headers; i < request.headers.size(); ++i)
      secrets_.insert(secret_part(request.headers[i].value));
  }
}

answer session::send_once(crm::http::request request, credential whose) {
  const auto route = route_of(request);
  prepare(request, whose);
  auto got = options_.send(request);
  if (!got && ends_all(got.error().code)) throw check_ended(std::string{got.error().reason});
  if (!got) throw violation(route + " got no answer that can be read: " + std::string{got.error().reason});
  answer made{route, *std::move(got)};
  watch_for_leaks(request, made);
  return made;
}

std::string session::own_authorization() {
  crm::http::request empty{crm::http::method::get, options_.prefix + std::string{customers_path}, {}, {}};
  if (!options_.authorize(empty)) return {};
  return std::string{empty.headers.get("Authorization").value_or("")};
}

void session::watch_for_leaks(const crm::http::request& sent, const answer& got) {
  auto known = secrets_;
  if (const auto shown = sent.headers.get("Authorization")) known.insert(secret_part(*shown));
  const auto holds = [&](std::string_view text) {
    return std::any_of(known.begin(), known.end(), [&](const std::string& secret) {
      return secret.size() >= 6 && text.find(secret) != std::string_view::npos;
    });
  };
  const auto& headers = got.response.headers;
  if (holds(got.response.body) ||
      std::any_of(headers.begin(), headers.end(), [&](const auto& each) { return holds(each.value); }))
    leaking_route_ = got.route;
}

// --- Lists

template <class T>
listing<T> session::page(std::string_view path, const terms& query) {
  const auto got = get(path, query);
  got.must_be(200);
  auto read = crm::json::decode_page<T>(got.response.body);
  demand(read.has_value(), got.route + ": " + (read ? "" : read.error().message));
  const auto meta = read->meta();
  return {std::move(*read).take(), meta};
}

template <class T>
sample<T> session::list(std::string_view path, const terms& query, std::size_t most) {
  constexpr std::size_t wanted = 100;
  sample<T> all;
  std::set<std::string, std::less<>> seen;
  for (std::size_t number = 1;; ++number) {
    auto asked = query;
    asked.emplace_back("page", std::to_string(number));
    asked.emplace_back("per_page", std::to_string(wanted));
    auto next = page<T>(path, asked);
    const auto size = next.records.size();
    // Repeated records are another rule's matter, and must not let a list go on without end.
    std::size_t fresh = 0;
    for (auto& each : next.records) {
      if (!seen.insert(each.id).second) continue;
      all.records.push_back(std::move(each));
      ++fresh;
    }
    const auto full = next.meta ? std::min<std::size_t>(wanted, static_cast<std::size_t>(next.meta->per_page)) : wanted;
    if (!next.meta || fresh == 0) return all;
    // A short page is the last, unless the total says that others follow: that it is short may break another rule.
    if (size < full && next.meta->total <= static_cast<std::int64_t>(number * full)) return all;
    if (all.records.size() >= most) {
      all.is_whole = false;
      return all;
    }
  }
}

template listing<crm::customer> session::page(std::string_view, const terms&);
template listing<crm::invoice> session::page(std::string_view, const terms&);
template listing<crm::interaction> session::page(std::string_view, const terms&);
template sample<crm::customer> session::list(std::string_view, const terms&, std::size_t);
template sample<crm::invoice> session::list(std::string_view, const terms&, std::size_t);
template sample<crm::interaction> session::list(std::string_view, const terms&, std::size_t);

const sample<crm::customer>& session::customers() {
  if (customers_) return *customers_;
  try {
    return customers_.emplace(list<crm::customer>(customers_path, {}, largest_sample));
  } catch (const violation&) {
    throw not_applicable("the list of customers cannot be read");
  }
}

const sample<crm::invoice>& session::invoices() {
  if (invoices_) return *invoices_;
  if (get(invoices_path, terms{{"per_page", "1"}}).status() == 404) throw extension_missing("the CRM has no invoices");
  try {
    return invoices_.emplace(list<crm::invoice>(invoices_path, {}, largest_sample));
  } catch (const violation&) {
    throw not_applicable("the list of invoices cannot be read");
  }
}

const session::contacts& session::interactions() {
  if (interactions_) {
    require(!interactions_->records.empty(), "none of the first customers has an interaction");
    return *interactions_;
  }
  if (get(interactions_path(some_customer().id)).status() == 404)
    throw extension_missing("the CRM has no interactions");
  contacts most;
  std::size_t asked = 0;
  for (const auto& each : customers().records) {
    if (!crm::http::path_segment(each.id)) continue;
    if (++asked > most_customers_asked) break;
    try {
      auto found = list<crm::interaction>(interactions_path(each.id), {}, 100);
      if (found.records.size() > most.records.size()) most = {each.id, std::move(found.records)};
    } catch (const violation&) {
      throw not_applicable("the interactions cannot be read");
    }
  }
  interactions_ = std::move(most);
  return interactions();
}

const crm::customer& session::some_customer() {
  for (const auto& each : customers().records)
    if (crm::http::path_segment(each.id)) return each;
  throw not_applicable("there is no customer");
}

// --- Writes

std::string session::create_body(std::string_view fields) {
  std::string body = R"({"customer":{"name":"crm check )" + crm::detail::uuid_v4() + R"(","source":")";
  body.append(check_mark).append("\"");
  if (!fields.empty()) body.append(",").append(fields);
  return body + "}}";
}

crm::customer session::make_customer(std::string_view fields) {
  const auto made = post(std::string{customers_path}, create_body(fields));
  require(made.status() / 100 == 2, "no customer can be created");
  try {
    const auto id = customer_in(made).id;
    const auto found = get(customer_path(id));
    auto fresh = customer_in(found.must_be(200));
    fresh.version = found.header("ETag").value_or("");
    return fresh;
  } catch (const violation&) {
    throw not_applicable("a created customer cannot be found");
  }
}

void session::remember(const answer& created) {
  if (created.status() / 100 != 2) return;
  if (const auto made = crm::json::decode_one<crm::customer>(created.response.body)) created_.insert(made->id);
}

std::size_t session::empty_created() noexcept {
  constexpr std::string_view emptied =
      R"json({"customer":{"name":"crm check (may be deleted)","source":"crm-check","status":null,"email":null,)json"
      R"json("phone":null,"address":null,"city":null,"state":null,"zip":null,"services":null,)json"
      R"json("last_service_date":null,"notes":null,"signed_seasons":null}})json";
  std::size_t count = 0;
  try {
    if (!created_.empty()) options_.begin_cleanup();
    // Each may be sent again after a 429.
    most_requests_ = requests_ + created_.size() * (most_waits + 1);
    for (const auto& id : created_) {
      try {
        if (patch(customer_path(id), std::string{emptied}).status() == 200) ++count;
      } catch (const violation&) {
        // This one remains as it is, and the report says so.
      }
    }
  } catch (...) {
    // The time is over: so do the others.
  }
  return count;
}

// --- Words

std::string customer_path(std::string_view id) {
  std::string path{customers_path};
  path += '/';
  crm::http::append_encoded(path, id);
  return path;
}

std::string interactions_path(std::string_view id) { return customer_path(id) + "/interactions"; }

std::string capitals(std::string_view text) {
  std::string upper{text};
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return upper;
}

crm::customer customer_in(const answer& from) {
  auto read = crm::json::decode_one<crm::customer>(from.response.body);
  demand(read.has_value(), from.route + ": " + (read ? "" : read.error().message));
  return *std::move(read);
}

}  // namespace crm_check
