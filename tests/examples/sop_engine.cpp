// What the SOP engine's parts do by themselves; tests/integration/sop_engine*.py are about the whole.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "support/catch.hpp"

#include "engine/crm_gate.hpp"
#include "engine/database.hpp"
#include "engine/lock.hpp"
#include "engine/outbox.hpp"
#include "engine/task_store.hpp"
#include "engine/uuid_v5.hpp"
#include "engine/work_queue.hpp"
#include "inputs/inbox.hpp"
#include "inputs/mail_text.hpp"
#include "sinks/mail_drop.hpp"
#include "sops/money.hpp"

namespace {

using sop::json;
using kind = sop::work_wish::kind;

/// An engine's database in a folder of its own.
struct tables {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("sop_engine_test." + std::to_string(::getpid()));
  bool made = std::filesystem::remove_all(folder) + std::filesystem::create_directory(folder) > 0;
  std::string file = (folder / "engine.db").string();
  sop::fault_points faults;
  sop::database db{file, faults};
  sop::task_store tasks{db};
  sop::outbox messages{db};
  sop::work_queue queue{db, "this test"};

  tables() = default;
  tables(const tables&) = delete;
  tables& operator=(const tables&) = delete;
  ~tables() { std::filesystem::remove_all(folder); }

  void add(std::vector<sop::new_task> made_now) {
    static_cast<void>(tasks.begin_round("a", std::to_string(++rounds), [&](const auto&) { return made_now; }));
  }
  std::optional<sop::task> take() {
    const auto found = queue.claim({{kind::task, "a", false}});
    return found ? std::optional{std::get<sop::task>(*found)} : std::nullopt;
  }
  std::int64_t number(const std::string& question) {
    return db.locked([&](sqlite::connection& c) { return c.number(question); });
  }
  std::string text(const std::string& question) {
    return db.locked([&](sqlite::connection& c) {
      auto rows = c.query(question);
      return rows.next() ? rows.text(0) : std::string{};
    });
  }

  int rounds = 0;
};

}  // namespace

TEST_CASE("identifiers follow from names as RFC 9562 has it", "[sop_engine]") {
  constexpr auto dns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  CHECK(sop::uuid_v5(dns, "www.example.com") == "2ed6657d-e927-568b-95e1-2665a8aea6a2");  // appendix A.4
  CHECK(sop::uuid_v5(dns, "python.org") == "886313e1-3b8a-5372-9b90-0c9aee199e5d");       // Python's documentation
  CHECK(sop::uuid_v5("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "python.org") == "886313e1-3b8a-5372-9b90-0c9aee199e5d");
  CHECK_THROWS_AS(sop::uuid_v5("6ba7b810", "name"), std::invalid_argument);
}

TEST_CASE("a database is about one CRM, and names what leaves its engine", "[sop_engine]") {
  tables t;
  CHECK_NOTHROW(t.db.refuse_others("https://a.example"));
  t.db.bind_to("https://a.example");
  CHECK_NOTHROW(t.db.refuse_others("https://a.example"));
  CHECK_THROWS_WITH(t.db.refuse_others("mock"),
                    "the database is about the CRM at https://a.example, and not about mock: take another database, or "
                    "--moved if it is the same CRM");
  t.db.bind_to("https://b.example");
  CHECK_THROWS_AS(t.db.refuse_others("https://a.example"), sop::unusable);
  CHECK(sop::without_credentials("https://user:p@ss@crm.example:8443/base/?key=secret#x") ==
        "https://crm.example:8443/base");
  CHECK(sop::without_credentials("http://crm.example/@home") == "http://crm.example/@home");

  sop::database again{t.file, t.faults}, other{t.file + ".other", t.faults};
  sop::message hello;
  hello.key = "hello";
  CHECK(sop::outbox{again}.id_of(hello) == t.messages.id_of(hello));
  CHECK(sop::outbox{other}.id_of(hello) != t.messages.id_of(hello));
}

TEST_CASE("a key has one task and one message, whoever asks for them again", "[sop_engine]") {
  tables t;
  t.add({{"one", "a", "begin"}, {"one", "a", "begin"}});
  t.add({{"one", "a", "end"}, {"two", "a", "begin"}});
  CHECK(t.number("SELECT count(*) FROM tasks") == 2);
  CHECK(t.text("SELECT step FROM tasks WHERE key = 'one'") == "begin");
  t.messages.add(1, "a", {"hello", "first"});
  t.messages.add(2, "a", {"hello", "second"});
  CHECK(t.number("SELECT count(*) FROM outbox") == 1);
  CHECK(t.text("SELECT template FROM outbox") == "first");
}

TEST_CASE("of a context references alone are kept, by tasks, their children and their messages", "[sop_engine]") {
  tables t;
  const json full{{"crm_customer_id", "uuid-1"}, {"customer_name", "Jane"}, {"more", {{"customer_email", "jane@"}}}};
  t.add({{"one", "a", "begin", false, full}});
  const auto one = t.take();
  REQUIRE(one);
  t.tasks.apply(*one, {.now = sop::task_state::running,
                       .step = "end",
                       .context = full,
                       .messages = {{"hello", "first", false, full}},
                       .children = {{"two", "a", "begin", false, full}}});
  const std::string kept = R"({"crm_customer_id":"uuid-1","more":{}})";
  CHECK(t.text("SELECT context FROM tasks WHERE key = 'one'") == kept);
  CHECK(t.text("SELECT context FROM tasks WHERE key = 'two'") == kept);
  CHECK(t.text("SELECT refs FROM outbox") == kept);
}

TEST_CASE("what a worker has taken nobody else gets, until its engine is gone", "[sop_engine]") {
  tables t;
  t.add({{"one", "a", "begin"}});
  t.messages.add(1, "a", {"hello", "first"});
  CHECK(t.queue.claim({{kind::message, "a", false}, {kind::task, "a", false}})->index() == 0);
  CHECK(t.take());
  CHECK_FALSE(t.queue.claim({{kind::message, "a", false}, {kind::task, "a", false}}));
  CHECK(t.queue.any_open("a"));
  t.queue.recover();
  CHECK(t.take());
  CHECK(t.queue.claim({{kind::message, "a", false}}));
}

TEST_CASE("a task that waits is taken when its time has come, and not before", "[sop_engine]") {
  tables t;
  t.add({{"one", "a", "begin"}});
  const auto one = t.take();
  const auto soon = sop::wall_now() + std::chrono::minutes{1};
  t.tasks.apply(*one, {.now = sop::task_state::waiting, .step = "begin", .context = one->context, .due_at = soon});
  const std::vector<sop::work_wish> wishes{{kind::task, "a", false}};
  const auto before = soon - std::chrono::milliseconds{1};
  CHECK_FALSE(t.queue.claim(wishes, before));
  CHECK(t.queue.next_due("a", before) == soon);  // however late it is by now
  CHECK_FALSE(t.queue.next_due("a", soon));
  CHECK(t.queue.claim(wishes, soon));
}

TEST_CASE("nothing waits for ever because the clock was ahead", "[sop_engine]") {
  tables t;
  t.add({{"one", "a", "begin"}});
  const auto one = t.take();
  const auto far = sop::wall_now() + std::chrono::days{4'000};
  t.tasks.apply(*one, {.now = sop::task_state::waiting, .step = "begin", .context = one->context, .due_at = far});
  t.queue.recover();
  const auto due = t.queue.next_due("a", sop::wall_now());
  REQUIRE(due);
  CHECK(*due < sop::wall_now() + std::chrono::days{2});
}

TEST_CASE("a paused task is taken once it is resumed, behind what has not been begun", "[sop_engine]") {
  tables t;
  t.add({{"one", "a", "begin"}});
  const auto one = t.take();
  t.tasks.apply(
      *one, {.now = sop::task_state::paused, .step = "begin", .context = one->context, .failures = 1, .outages = 2});
  CHECK_FALSE(t.take());
  t.add({{"two", "a", "begin"}});
  CHECK(t.tasks.resume_paused("a") == 1);
  CHECK(t.take()->key == "two");
  const auto again = t.take();
  REQUIRE(again);
  CHECK(again->key == "one");
  CHECK(again->failures == 1);
  CHECK(again->outages == 2);
}

TEST_CASE("a message that is put off goes behind the others, and its counts are kept", "[sop_engine]") {
  tables t;
  t.messages.add(1, "a", {"one", "first"});
  t.messages.add(1, "a", {"two", "first"});
  const auto take = [&] { return std::get<sop::message>(t.queue.claim({{kind::message, "a", false}}).value()); };
  sop::message one = take();
  one.attempts = 1;
  one.outages = 2;
  t.messages.postponed(one, sop::wall_now(), {"later"});
  CHECK(take().key == "two");
  one = take();
  CHECK(one.key == "one");
  CHECK(one.attempts == 1);
  CHECK(one.outages == 2);
}

TEST_CASE("a round that was not ended is gone on with, and what failed in it counts", "[sop_engine]") {
  tables t;
  bool resumed = true;
  const auto begin = [&] {
    return t.tasks.begin_round("a", "2026", [&](const sop::round_of_tasks& round) {
      resumed = round.resumed;
      return std::vector<sop::new_task>{{"one", "a", "begin"}};
    });
  };
  const auto first = begin();
  CHECK_FALSE(resumed);
  const auto one = t.take();
  t.tasks.apply(*one, {.now = sop::task_state::failed, .step = "begin", .context = one->context});
  t.messages.add(1, "a", {"hello", "first"});
  t.messages.failed(std::get<sop::message>(t.queue.claim({{kind::message, "a", false}}).value()), {"no"});
  const auto again = begin();
  CHECK(resumed);
  CHECK(again.name == first.name);
  CHECK(t.tasks.failed_since("a", again.begun_at) == 2);
  CHECK(t.tasks.failed_since("a", sop::wall_now() + std::chrono::seconds{1}) == 0);
  t.tasks.end_rounds("a");
  static_cast<void>(begin());
  CHECK_FALSE(resumed);
}

TEST_CASE("a database has one engine", "[sop_engine]") {
  const tables t;
  {
    const sop::engine_lock first{t.file};
    CHECK_THROWS_WITH(sop::engine_lock{t.file}, "another sop_engine is at work on " + t.file);
  }
  CHECK_NOTHROW(sop::engine_lock{t.file});
}

TEST_CASE("whoever waits for a gate to close is told, or stopped", "[sop_engine]") {
  sop::crm_gate gate{true};
  std::stop_source stop;
  std::jthread other{[&] { gate.close(); }};
  CHECK(gate.wait_until_closed(stop.get_token()));
  CHECK_FALSE(gate.is_open());
  gate.open();
  CHECK(gate.is_open());
  stop.request_stop();
  CHECK_FALSE(gate.wait_until_closed(stop.get_token()));
}

TEST_CASE("a mail's sender is read in the forms that mail programs write", "[sop_engine]") {
  const sop::mail_text mail{
      "Received: by x\r\nFROM: =?utf-8?Q?Jos=C3=A9?=\r\n =?UTF-8?b?IEdhcmPDrWE=?= <Jose@Example.com>\r\nSubject: "
      "=?bad\r\n\r\n"
      "Hello\r\nphone : 651-555-0102\r\nPhone: another\r\n"};
  const auto from = sop::read_mailbox(*mail.header("From"));
  CHECK(from.name == "Jos\u00e9 Garc\u00eda");
  CHECK(from.address == "Jose@Example.com");
  CHECK(mail.header("subject") == "=?bad");
  CHECK_FALSE(mail.header("Phone"));
  CHECK(mail.field("Phone") == "651-555-0102");
  CHECK(sop::read_mailbox("\"Smith, \\\"J\\\"\" <j@x>").name == "Smith, \"J\"");
  CHECK(sop::read_mailbox(" j@x ").address == "j@x");
  for (const char* broken :
       {"", "From:", "From: =?", "From: =?utf-8?", "From: =?utf-8?Q?", "From: =?utf-8?Q?=", "From: =?utf-8?B?!?=",
        "From: =?utf-8?B?\?=", "From: =?utf-8?\?x?=", ">x<", "\n\n\n", "From: =?utf-8?Q?=4?="})
    CHECK_NOTHROW(sop::read_mailbox(sop::mail_text{broken}.header("From").value_or(broken)));
}

TEST_CASE("a mail that nobody would write takes no more time than another", "[sop_engine]") {
  const auto times = [](int count, const std::string& text) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
  };
  // What is not cut here takes minutes, and the test its time limit.
  const sop::mail_text words{"From: " + times(250'000, "=? ") + "\n\n"};
  CHECK(words.header("From")->size() < 10'001);
  const sop::mail_text folded{"From: a@x\n" + times(300'000, " \n ") + "\nSubject: Hi\n\n"};
  CHECK(folded.header("From") == "a@x");
  const sop::mail_text field{"\n\nServices: " + times(100'000, "mowing,") + "\n"};
  CHECK(field.field("Services")->size() < 10'001);
  const std::string too_long = "=?utf-8?Q?" + times(64, "x") + "?=";
  CHECK(sop::mail_text{"From: " + too_long}.header("From") == too_long);
  CHECK(sop::mail_text{"From: =?utf-8?Q?" + times(63, "x") + "?="}.header("From") == times(63, "x"));
}

TEST_CASE("of an inquiry so many services are taken as somebody may want", "[sop_engine]") {
  const tables t;
  std::string services;
  for (char a = 'a'; a <= 'z'; ++a)
    for (char b = 'a'; b <= 'z'; ++b) services.append({a, b, ','});
  const auto write = [&](const char* name, const std::string& list) {
    std::ofstream{t.folder / name} << "From: j@x\nMessage-ID: <1@x>\n\nServices: " << list << "\n";
  };
  sop::inbox mails{t.folder.string()};
  write("1.eml", std::string(65, 'x') + ", Snow removal," + services);
  const auto references = mails.references();
  REQUIRE(references.size() == 1);
  const auto found = mails.find(references.front());
  REQUIRE(found);
  CHECK(found->services.size() == 32);
  CHECK(found->services.front() == "snow_removal");
  std::filesystem::rename(t.folder / "1.eml", t.folder / "2.eml");
  CHECK(mails.find(references.front()));  // under its new name
  std::filesystem::remove(t.folder / "2.eml");
  CHECK_FALSE(mails.find(references.front()));
}

TEST_CASE("addresses and telephone numbers are compared in one form", "[sop_engine]") {
  CHECK(sop::normalised_address("Jane.Smith@Example.COM") == "jane.smith@example.com");
  for (const char* none : {"", "jane", "@example.com", "jane@", "a@b@c", "jane smith@example.com", "jane@exa\nmple.com",
                           "<jane@x>", "jane,smith@x", "john;doe@x", "friends:jane@x", "jane(j)@x", "\"jane\"@x",
                           "jane\\@x", "jane@[1.2.3.4]", "jane@x\x7F", "e@x>\r\nBcc: <all@x"})
    CHECK_FALSE(sop::normalised_address(none));
  CHECK(sop::normalised_address("Jos\u00e9@Ex\u00e4mple.com") == "jos\u00e9@ex\u00e4mple.com");
  CHECK_FALSE(sop::normalised_address("a@" + std::string(253, 'b')));
  CHECK(sop::phone_digits("+1 (612) 555-0108") == "6125550108");
  CHECK(sop::phone_digits("612.555.0108") == "6125550108");
}

TEST_CASE("a mail goes to the address that was given, or to nobody", "[sop_engine]") {
  tables t;
  const std::string drop = (t.folder / "drop").string(), id = "id";
  sop::mail_drop mails{drop, "o@x", t.faults};
  const auto deliver = [&](const char* address) {
    return mails.deliver({id, sop::wall_now()}, {"Jane", address, "Hi", "text"}, {}).how;
  };
  CHECK(deliver("jane,smith@example.com") == sop::verdict::never);
  CHECK(std::filesystem::is_empty(drop));
  REQUIRE(deliver("jos\u00e9@example.com") == sop::verdict::delivered);
  std::ifstream file{std::filesystem::directory_iterator{drop} -> path()};
  const std::string eml{std::istreambuf_iterator<char>{file}, {}};
  CHECK(eml.find("To: \"Jane\" <jos\u00e9@example.com>\r\n") != std::string::npos);
}

TEST_CASE("a mail that cannot be written leaves nothing behind", "[sop_engine]") {
  tables t;
  const auto drop = t.folder / "drop";
  sop::mail_drop mails{drop.string(), "o@x", t.faults};
  std::filesystem::create_directories(drop / "id.eml" / "in the way");
  const std::string id = "id";
  const auto made = mails.deliver({id, sop::wall_now()}, {"Jane", "j@x", "Hi", "text"}, {});
  CHECK(made.how == sop::verdict::later);
  CHECK(std::distance(std::filesystem::directory_iterator{drop}, {}) == 1);
}

TEST_CASE("no text of a customer's ends a header", "[sop_engine]") {
  const auto at = sop::wall_time{std::chrono::milliseconds{1'770'000'000'000}};
  const std::string eml =
      sop::to_eml("id", at, "Office <o@x>", {"Eve\r\nBcc: all@x", "e@x", "Hi\nBcc: all@x", "one\ntwo\x01", true});
  CHECK(eml ==
        "Message-ID: <id@sop-engine.invalid>\r\nDate: 2 Feb 2026 02:40:00 +0000\r\nFrom: \"Office\" <o@x>\r\n"
        "To: \"Eve  Bcc: all@x\" <e@x>\r\nSubject: Hi Bcc: all@x\r\nX-Unsent: "
        "1\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        "one\r\ntwo?");
  const std::string quoted = sop::to_eml("id", at, "o@x", {"Smith, \"J\" \\", "j@x", "=?utf-8?q?x?=", "", false});
  CHECK(quoted.find("To: \"Smith, \\\"J\\\" \\\\\" <j@x>\r\nSubject: =?UTF-8?B?PT91dGYtOD9xP3g/PQ==?=\r\nMIME") !=
        std::string::npos);
  // Long text is cut between characters, into words of 75 at most. (RFC 2047, section 2.)
  std::string long_name;
  for (int i = 0; i < 40; ++i) long_name += "\u00e9x";
  const std::string folded = sop::to_eml("id", at, "o@x", {long_name, "j@x", "", "", false});
  CHECK(folded.find("?=\r\n =?UTF-8?B?") != std::string::npos);
  const auto from = sop::read_mailbox(*sop::mail_text{folded}.header("To"));
  CHECK(from.name == long_name);
  const std::string long_line =
      sop::to_eml("id", at, "M\u00fcller <o@x>", {std::string(5'000, 'A'), "j@x", "", "", false});
  CHECK(long_line.find("From: =?UTF-8?B?TcO8bGxlcg==?= <o@x>\r\n") != std::string::npos);
  CHECK(sop::read_mailbox(*sop::mail_text{long_line}.header("To")).name == std::string(5'000, 'A'));
  for (std::size_t at_line = 0, end = 0; at_line < long_line.size(); at_line = end + 2) {
    end = std::min(long_line.find("\r\n", at_line), long_line.size());
    CHECK(end - at_line <= 998);
  }
}

TEST_CASE("amounts are whole numbers of the smallest unit", "[sop_engine]") {
  CHECK(sop::to_text("USD", 39'575) == "USD 395.75");
  CHECK(sop::to_text("USD", 5) == "USD 0.05");
  CHECK(sop::to_text("USD", -5) == "USD -0.05");
  CHECK(sop::to_text("JPY", 500) == "JPY 500");
  CHECK(sop::to_text("KWD", 1'500) == "KWD 1.500");
  CHECK(sop::to_text("USD", std::numeric_limits<std::int64_t>::min()) == "USD -92233720368547758.08");
  sop::totals sums;
  CHECK(sop::add_to(sums, "USD", 1));
  CHECK(sop::add_to(sums, "USD", std::numeric_limits<std::int64_t>::max() - 1));
  CHECK_FALSE(sop::add_to(sums, "USD", 1));
  CHECK(sop::add_to(sums, "Jane Smith", 7));  // no code: its text is not kept
  CHECK(sums == sop::totals{{"USD", std::numeric_limits<std::int64_t>::max()}, {"other", 7}});
}
