/// @file
/// Where messages go: the outside world, to which the engine hands text and forgets it.
#pragma once

#include <stop_token>
#include <string>
#include <variant>

#include "engine/code_word.hpp"
#include "engine/task.hpp"

namespace sop {

struct mail {
  std::string to_name, to_address, subject, text;
  /// To be looked at, and sent, by somebody.
  bool is_draft = false;
};

struct post {
  std::string channel, text;
};

/// There is nobody, or no reason, to send it to any more.
struct nothing {
  code_word why;
};

/// It must not be sent, and people must look.
struct refusal {
  code_word why;
};

using rendered = std::variant<mail, post, nothing, refusal>;

/// A UUID, and of when: the same each time that a message is sent, and no other engine's.
struct envelope {
  const std::string& id;
  wall_time made_at;
};

enum class verdict {
  delivered,
  later,  ///< not now
  never,  ///< trying again would change nothing
};

struct delivery {
  verdict how = verdict::delivered;
  failure why{""};
};

/// A sink may be handed the same key again, after a crash. It is used from several threads, but never for one key at a
/// time.
class mail_sink {
 public:
  virtual ~mail_sink() = default;
  [[nodiscard]] virtual delivery deliver(const envelope& of, const mail& what, const std::stop_token& stop) = 0;
};

class post_sink {
 public:
  virtual ~post_sink() = default;
  [[nodiscard]] virtual delivery deliver(const envelope& of, const post& what, const std::stop_token& stop) = 0;
};

struct sinks {
  mail_sink& mails;
  post_sink& posts;
};

}  // namespace sop
