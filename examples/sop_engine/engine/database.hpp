/// @file
/// The engine's own database.
#pragma once

#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/fault_points.hpp"
#include "sqlite/sqlite.hpp"

namespace sop {

/// The engine cannot go to work, and why: to be said to whoever started it.
struct unusable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One connection, for one thread at a time. Its file is used by one engine at a time, see `engine_lock`.
class database {
 public:
  /// Makes it where it is not there. Throws `unusable` where it is not ours, or of a later version.
  database(const std::string& path, fault_points& faults);

  /// Throws `unusable` where it is about another CRM, to which its ids mean nothing.
  void refuse_others(const std::string& crm);
  /// From now on it is about this one.
  void bind_to(const std::string& crm);

  /// A UUID that no other database has.
  [[nodiscard]] const std::string& name_space() const noexcept { return name_space_; }

  /// `f(connection)` in a transaction of its own.
  template <class F>
  std::invoke_result_t<F&, sqlite::connection&> change(F f) {
    const std::lock_guard lock{mutex_};
    sqlite::transaction whole{connection_, sqlite::transaction::kind::write};
    if constexpr (std::is_void_v<std::invoke_result_t<F&, sqlite::connection&>>) {
      f(connection_);
      commit(whole);
    } else {
      auto answer = f(connection_);
      commit(whole);
      return answer;
    }
  }

  /// `find(connection)`, and `take(connection, found)` if that is anything, in one transaction.
  template <class Find, class Take>
  std::invoke_result_t<Find&, sqlite::connection&> claim(Find find, Take take) {
    const std::lock_guard lock{mutex_};
    // It may become one that writes: nobody else does.
    sqlite::transaction whole{connection_, sqlite::transaction::kind::read};
    auto found = find(connection_);
    if (!found) return found;
    take(connection_, *found);
    commit(whole);
    return found;
  }

  /// `f(connection)`, which only looks, or makes one statement's change that no test needs to stop at.
  template <class F>
  std::invoke_result_t<F&, sqlite::connection&> locked(F f) {
    const std::lock_guard lock{mutex_};
    return f(connection_);
  }

 private:
  void commit(sqlite::transaction& whole) {
    faults_.pass();
    whole.commit();
    faults_.pass();
  }

  fault_points& faults_;
  std::mutex mutex_;
  sqlite::connection connection_;
  std::string name_space_;
};

/// An address as it may be kept: without user info, query and fragment.
[[nodiscard]] std::string without_credentials(std::string_view url);

/// For those who look on while an engine is at work. Throws `unusable`.
[[nodiscard]] sqlite::connection open_to_read(const std::string& path);

}  // namespace sop
