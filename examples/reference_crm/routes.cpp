#include "routes.hpp"

#include <algorithm>
#include <array>

#include "calendar.hpp"
#include "problem.hpp"

namespace reference_crm {

namespace {

struct route {
  std::string_view method;
  std::string_view pattern;
  answer (*handle)(service&, const request&, const std::string&);
};

// The first pattern that fits a path is its resource: what is spelt out stands before {id}.
constexpr std::array<route, 7> routes = {{
    {"GET", "/api/v1/customers", &list_customers},
    {"POST", "/api/v1/customers", &create_customer},
    {"GET", "/api/v1/customers/search", &search_customers},
    {"GET", "/api/v1/customers/{id}", &find_customer},
    {"PATCH", "/api/v1/customers/{id}", &update_customer},
    {"GET", "/api/v1/customers/{id}/interactions", &list_interactions},
    {"GET", "/api/v1/invoices", &list_invoices},
}};

/// Whether a path fits a pattern; what stands for {id} is put into `id`.
bool fits(std::string_view pattern, const std::vector<std::string>& path, std::string& id) {
  for (const auto& segment : path) {
    if (pattern.empty()) return false;
    pattern.remove_prefix(1);
    const auto end = std::min(pattern.find('/'), pattern.size());
    const auto wanted = pattern.substr(0, end);
    pattern.remove_prefix(end);
    if (wanted == "{id}" && !segment.empty()) {
      id = segment;
    } else if (wanted != segment) {
      return false;
    }
  }
  return pattern.empty();
}

std::string allowed_methods(std::string_view pattern) {
  std::string allowed;
  for (const auto& candidate : routes) {
    if (candidate.pattern != pattern) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += candidate.method;
    if (candidate.method == "GET") allowed += ", HEAD";
  }
  return allowed;
}

}  // namespace

void application::admit(const request& asked) {
  gate_.check(asked);
  if (!bucket_) return;
  const auto wait = bucket_->take();
  if (!wait) return;

  const auto when =
      form_ == retry_after_form::seconds ? std::to_string(wait->count()) : to_http_date(clock_.now() + *wait);
  throw problem{429, "rate-limited", "Too many requests.", {}, {{"Retry-After", when}}};
}

outcome application::handle(const request& asked) {
  std::string_view pattern = "unmatched";
  try {
    // Who asks for a token has none yet.
    if (tokens_ != nullptr && asked.path == std::vector<std::string>{"oauth", "token"}) {
      pattern = token_endpoint::route;
      return {tokens_->handle(asked), pattern};
    }
    admit(asked);

    std::string id;
    const auto resource =
        std::find_if(routes.begin(), routes.end(), [&](const route& r) { return fits(r.pattern, asked.path, id); });
    if (resource == routes.end()) throw problem{404, "no-such-route", "There is nothing at this path."};
    pattern = resource->pattern;

    const auto chosen = std::find_if(resource, routes.end(), [&](const route& candidate) {
      return candidate.pattern == pattern && candidate.method == asked.method;
    });
    if (chosen == routes.end()) {
      throw problem{
          405, "method-not-allowed", "This method is not for this path.", {}, {{"Allow", allowed_methods(pattern)}}};
    }
    return {chosen->handle(crm_, asked, id), pattern};
  } catch (const problem& from) {
    return {to_answer(from), pattern};
  }
}

}  // namespace reference_crm
