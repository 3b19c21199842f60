#include "auth/token_store.hpp"

#include <utility>

namespace reference_crm {

namespace {

/// An older one is unknown, and refused all the same.
constexpr std::size_t most_retired = 100'000;

}  // namespace

void token_store::begin_family(std::string_view refresh_token) {
  const std::scoped_lock lock(mutex_);
  current_[sha256(refresh_token)] = ++last_family_;
}

token_store::tokens token_store::issue() {
  const std::scoped_lock lock(mutex_);
  return {.access = new_access_token(0)};
}

token_store::refreshed token_store::refresh(std::string_view refresh_token) {
  const auto hashed = sha256(refresh_token);
  const std::scoped_lock lock(mutex_);

  if (const auto old = retired_.find(hashed); old != retired_.end()) {
    end(old->second);
    return {.why_not = refusal::reused};
  }
  const auto found = current_.find(hashed);
  if (found == current_.end()) return {};

  const family of = found->second;
  current_.erase(found);
  retired_.emplace(hashed, of);
  retired_in_order_.push_back(hashed);
  if (retired_in_order_.size() > most_retired) {
    retired_.erase(retired_in_order_.front());
    retired_in_order_.pop_front();
  }

  auto next = random_secret();
  current_.emplace(sha256(next), of);
  return {.issued = tokens{.access = new_access_token(of), .refresh = std::move(next)}};
}

bool token_store::know(std::string_view access_token) const {
  const auto hashed = sha256(access_token);
  const std::scoped_lock lock(mutex_);
  const auto found = access_.find(hashed);
  return found != access_.end() && clock::now() < found->second.expires;
}

std::size_t token_store::revoke_access_tokens() {
  const std::scoped_lock lock(mutex_);
  forget_expired();
  return std::exchange(access_, {}).size();
}

std::size_t token_store::revoke_refresh_tokens() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(current_, {}).size();
}

std::string token_store::new_access_token(family of) {
  forget_expired();
  auto token = random_secret();
  access_.emplace(sha256(token), access{.of = of, .expires = clock::now() + lifetime_});
  return token;
}

void token_store::forget_expired() {
  std::erase_if(access_, [now = clock::now()](const auto& entry) { return entry.second.expires <= now; });
}

void token_store::end(family of) {
  std::erase_if(access_, [of](const auto& entry) { return entry.second.of == of; });
  std::erase_if(current_, [of](const auto& entry) { return entry.second == of; });
}

}  // namespace reference_crm
