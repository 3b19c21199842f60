#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"

#include <crm/model/customer.hpp>
#include <crm/pages.hpp>

namespace {

using crm::customer;
using page = crm::page<customer>;
using ids = std::vector<std::string>;

page make_page(const ids& names, std::optional<crm::page_meta> meta) {
  std::vector<customer> records;
  for (const auto& id : names) {
    customer c{};
    c.id = id;
    records.push_back(std::move(c));
  }
  return {std::move(records), meta};
}

/// A CRM that answers from a list, which a test may change between the requests.
struct fake_crm {
  ids list;
  std::int64_t per_page = 2;
  std::vector<std::int64_t> asked{};

  page answer(std::int64_t number) {
    asked.push_back(number);
    ids part;
    for (auto i = (number - 1) * per_page; i < number * per_page && std::cmp_less(i, list.size()); ++i)
      part.push_back(list[static_cast<std::size_t>(i)]);
    return make_page(part, crm::page_meta{static_cast<std::int64_t>(list.size()), number, per_page});
  }
};

crm::result<std::vector<customer>> collect(const std::function<crm::result<page>(std::int64_t)>& fetch,
                                           std::size_t max_pages = 100) {
  return crm::detail::collect<customer>(
      [&](std::int64_t number, bool, const std::stop_token&) { return fetch(number); }, {max_pages});
}
crm::result<std::vector<customer>> collect(fake_crm& crm, std::size_t max_pages = 100) {
  return collect([&](std::int64_t number) -> crm::result<page> { return crm.answer(number); }, max_pages);
}

ids ids_of(const crm::result<std::vector<customer>>& found) {
  ids out;
  for (const auto& c : found.value()) out.push_back(c.id);
  return out;
}

std::string why(const crm::result<std::vector<customer>>& found) {
  if (found) return "complete";
  CHECK(found.error().code == crm::errc::incomplete);
  return found.error().message;
}

}  // namespace

TEST_CASE("a listener hears of each page how far the list has come", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d", "e"}};
  std::vector<std::pair<std::size_t, std::optional<std::int64_t>>> heard;
  const auto fetch = [&](std::int64_t number, bool, const std::stop_token&) -> crm::result<page> {
    return crm.answer(number);
  };
  const auto found = crm::detail::collect<customer>(
      fetch, {100, [&](std::size_t so_far, std::optional<std::int64_t> total) { heard.emplace_back(so_far, total); }});
  REQUIRE(found);
  CHECK(heard == decltype(heard){{2, 5}, {4, 5}, {5, 5}});
}

TEST_CASE("a list is collected over its pages, in order", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d", "e"}};
  CHECK(ids_of(collect(crm)) == crm.list);
  CHECK(crm.asked == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("a list that fills its last page needs no further one", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d"}};
  CHECK(ids_of(collect(crm)) == crm.list);
  CHECK(crm.asked == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("an empty list is complete after one page", "[engine]") {
  fake_crm crm{{}};
  CHECK(ids_of(collect(crm)).empty());
  CHECK(crm.asked == std::vector<std::int64_t>{1});
}

TEST_CASE("a bare array is the whole list", "[engine]") {
  int asked = 0;
  CHECK(ids_of(collect([&](std::int64_t) -> crm::result<page> {
          return ++asked, make_page({"a", "b", "a"}, {});
        })) == ids{"a", "b"});
  CHECK(asked == 1);
}

TEST_CASE("a record that moves to the next page while the list grows is given once", "[engine]") {
  fake_crm crm{{"b", "c", "d", "e"}};
  const auto found = collect([&](std::int64_t number) -> crm::result<page> {
    if (number == 2 && crm.list.front() == "b") crm.list.insert(crm.list.begin(), "a");
    return crm.answer(number);
  });
  CHECK(ids_of(found) == ids{"b", "c", "d", "e"});
  CHECK(crm.asked == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("a list that shrinks while it is read is read again, so that none slips past", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d", "e"}};
  const auto found = collect([&](std::int64_t number) -> crm::result<page> {
    if (number == 2 && crm.list.front() == "a") crm.list.erase(crm.list.begin());
    return crm.answer(number);
  });
  CHECK(ids_of(found) == ids{"b", "c", "d", "e"});
  CHECK(crm.asked == std::vector<std::int64_t>{1, 2, 1, 2});
}

TEST_CASE("a list that shrinks and grows while it is read is read again, though the count would suffice", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d", "e", "f", "g", "h"}};
  const auto found = collect([&](std::int64_t number) -> crm::result<page> {
    if (crm.asked.size() == 1) crm.list.erase(crm.list.begin());
    if (crm.asked.size() == 2) crm.list.insert(crm.list.end(), {"i", "j"});
    return crm.answer(number);
  });
  CHECK(ids_of(found) == ids{"b", "c", "d", "e", "f", "g", "h", "i", "j"});
}

TEST_CASE("a list that gives fewer records than it counts is read again", "[engine]") {
  // The total stays the same: only the count of what was seen tells.
  fake_crm crm{{"a", "b", "c", "d"}};
  const auto found = collect([&](std::int64_t number) -> crm::result<page> {
    const bool disturbed = crm.asked.size() == 1;
    auto sound = crm.answer(number);
    return disturbed ? make_page({"b", "c"}, crm::page_meta{4, number, 2}) : sound;
  });
  CHECK(ids_of(found) == crm.list);
  CHECK(crm.asked == std::vector<std::int64_t>{1, 2, 1, 2});
}

TEST_CASE("a list that shrinks each time it is read is incomplete, never short", "[engine]") {
  fake_crm crm{ids(100, "x"), 10};
  for (std::size_t i = 0; i < crm.list.size(); ++i) crm.list[i] = std::to_string(i);
  const auto found = collect([&](std::int64_t number) -> crm::result<page> {
    crm.list.pop_back();
    return crm.answer(number);
  });
  CHECK(why(found) == "the list changed each time it was read");
  CHECK(std::count(crm.asked.begin(), crm.asked.end(), 1) == 3);
}

TEST_CASE("a CRM that counts more than it gives is incomplete, never short", "[engine]") {
  const auto found = collect([&](std::int64_t number) -> crm::result<page> {
    return make_page(number == 1 ? ids{"a", "b"} : ids{"b"}, crm::page_meta{4, number, 2});
  });
  CHECK(why(found) == "a page holds fewer records than it says");
}

TEST_CASE("an empty id and a bare array as a later page are no complete list", "[engine]") {
  CHECK(why(collect([](std::int64_t) -> crm::result<page> {
          return make_page({"a", ""}, std::nullopt);
        })) == "a record has an empty id");
  CHECK(why(collect([](std::int64_t number) -> crm::result<page> {
          if (number == 1) return make_page({"a", "b"}, crm::page_meta{4, 1, 2});
          return make_page({}, std::nullopt);
        })) == "a later page is a bare array");
}

TEST_CASE("a CRM that ignores the page asked for is found out", "[engine]") {
  int asked = 0;
  const auto found = collect([&](std::int64_t) -> crm::result<page> {
    ++asked;
    return make_page({"a", "b"}, crm::page_meta{4, 1, 2});
  });
  CHECK(why(found) == "the CRM answers with another page than was asked for");
  CHECK(asked == 2);
}

TEST_CASE("a CRM that repeats a page under the next number is found out", "[engine]") {
  int asked = 0;
  const auto found = collect([&](std::int64_t number) -> crm::result<page> {
    ++asked;
    return make_page({"a", "b"}, crm::page_meta{1000, number, 2});
  });
  CHECK(why(found) == "the CRM repeats a page");
  CHECK(asked == 2);
}

TEST_CASE("a CRM that goes in circles is bounded by max_pages", "[engine]") {
  std::size_t asked = 0;
  const auto found = collect(
      [&](std::int64_t number) -> crm::result<page> {
        ++asked;
        return make_page({number % 2 == 0 ? "a" : "b"}, crm::page_meta{1'000'000, number, 1});
      },
      50);
  CHECK(why(found) == "the list has more pages than max_pages allows");
  CHECK(asked == 50);
}

TEST_CASE("max_pages pages are read, one more is not", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d", "e"}};
  CHECK(collect(crm, 3));
  CHECK(why(collect(crm, 2)) == "the list has more pages than max_pages allows");
  CHECK(why(collect(crm, 0)) == "the list has more pages than max_pages allows");
}

TEST_CASE("an empty page within the list is incomplete", "[engine]") {
  for (const std::int64_t hole : {1, 2, 3}) {
    INFO(hole);
    const auto found = collect([&](std::int64_t number) -> crm::result<page> {
      return make_page(number == hole ? ids{} : ids{std::to_string(number)}, crm::page_meta{3, number, 1});
    });
    CHECK(why(found) == "a page within the list is empty");
  }
}

TEST_CASE("absurd totals and page sizes do not overflow", "[engine]") {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  CHECK(why(collect([&](std::int64_t number) -> crm::result<page> {
          return make_page({}, crm::page_meta{most, number, 25});
        })) == "a page within the list is empty");
  CHECK(why(collect([&](std::int64_t number) -> crm::result<page> {
          return make_page({}, crm::page_meta{most, number, most});
        })) == "a page within the list is empty");
  CHECK(why(collect([&](std::int64_t number) -> crm::result<page> {
          return make_page({std::to_string(number)}, crm::page_meta{most, number, most - 1});
        })) == "a page holds fewer records than it says");
  CHECK(why(collect(
            [&](std::int64_t number) -> crm::result<page> {
              return make_page({std::to_string(number)}, crm::page_meta{most, number, 1});
            },
            10)) == "the list has more pages than max_pages allows");
}

TEST_CASE("a listener hears after each page how many records were read and how many there are", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d", "e"}};
  std::vector<std::pair<std::size_t, std::optional<std::int64_t>>> heard;
  const auto listen = [&](std::size_t so_far, std::optional<std::int64_t> total) { heard.emplace_back(so_far, total); };
  const auto fetch = [&](std::int64_t number, bool, const std::stop_token&) -> crm::result<page> {
    return crm.answer(number);
  };
  CHECK(crm::detail::collect<customer>(fetch, {100, listen}));
  CHECK((heard == std::vector<std::pair<std::size_t, std::optional<std::int64_t>>>{{2, 5}, {4, 5}, {5, 5}}));

  heard.clear();
  const auto bare = [](std::int64_t, bool, const std::stop_token&) -> crm::result<page> {
    return make_page({"a"}, {});
  };
  CHECK(crm::detail::collect<customer>(bare, {100, listen}));
  CHECK((heard == std::vector<std::pair<std::size_t, std::optional<std::int64_t>>>{{1, std::nullopt}}));
}

TEST_CASE("a failed page is the list's error", "[engine]") {
  const auto found = collect([&](std::int64_t number) -> crm::result<page> {
    if (number == 2) return crm::invalid_argument("second");
    return make_page({"a"}, crm::page_meta{2, number, 1});
  });
  REQUIRE_FALSE(found);
  CHECK(found.error().message == "second");
}

TEST_CASE("pages are fetched when they are looked at, and not before", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d", "e"}};
  auto fetch = [&](std::int64_t number, const std::stop_token&) -> crm::result<page> { return crm.answer(number); };
  crm::page_range<customer, decltype(fetch)> pages{fetch, 1, false, {}};
  CHECK(crm.asked.empty());
  auto at = pages.begin();
  CHECK(crm.asked == std::vector<std::int64_t>{1});
  CHECK((*at)->records().size() == 2);
  ++at;
  CHECK(crm.asked == std::vector<std::int64_t>{1, 2});
  ++at;
  CHECK((*at)->records().size() == 1);
  CHECK_FALSE(at == pages.end());
  ++at;
  CHECK(at == pages.end());
  CHECK(crm.asked == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("pages of a list that shrank end in an error, once", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d"}};
  auto fetch = [&](std::int64_t number, const std::stop_token&) -> crm::result<page> {
    if (number == 2) crm.list.erase(crm.list.begin());
    return crm.answer(number);
  };
  crm::page_range<customer, decltype(fetch)> pages{fetch, 1, false, {}};
  std::vector<bool> sound;
  for (auto& each : pages) {
    sound.push_back(each.has_value());
    if (!each) CHECK(each.error().code == crm::errc::incomplete);
  }
  CHECK(sound == std::vector{true, true, false});
}

TEST_CASE("pages can begin further on", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d", "e"}};
  auto fetch = [&](std::int64_t number, const std::stop_token&) -> crm::result<page> { return crm.answer(number); };
  crm::page_range<customer, decltype(fetch)> pages{fetch, 3, false, {}};
  ids seen;
  for (auto& each : pages) {
    for (const auto& c : each.value().records()) seen.push_back(c.id);
  }
  CHECK(seen == ids{"e"});
  CHECK(crm.asked == std::vector<std::int64_t>{3});
}

TEST_CASE("pages end after an error, which is seen once", "[engine]") {
  int asked = 0;
  auto fetch = [&](std::int64_t number, const std::stop_token&) -> crm::result<page> {
    if (++asked == 2) return crm::invalid_argument("second");
    return make_page({std::to_string(number)}, crm::page_meta{9, number, 1});
  };
  crm::page_range<customer, decltype(fetch)> pages{fetch, 1, false, {}};
  std::vector<bool> sound;
  for (auto& each : pages) sound.push_back(each.has_value());
  CHECK(sound == std::vector<bool>{true, false});
  CHECK(asked == 2);
}

TEST_CASE("pages that repeat end in an error", "[engine]") {
  int asked = 0;
  auto fetch = [&](std::int64_t number, const std::stop_token&) -> crm::result<page> {
    ++asked;
    return make_page({"a"}, crm::page_meta{9, number, 1});
  };
  crm::page_range<customer, decltype(fetch)> pages{fetch, 1, false, {}};
  std::vector<std::string> messages;
  for (auto& each : pages) messages.push_back(each ? "" : each.error().message);
  CHECK(messages == std::vector<std::string>{"", "the CRM repeats a page"});
  CHECK(asked == 2);
}

TEST_CASE("pages tell of a page that is short, empty or a bare array in the middle", "[engine]") {
  const auto last =
      GENERATE(values<page>({make_page({"c"}, crm::page_meta{6, 2, 2}), make_page({}, crm::page_meta{6, 2, 2}),
                             make_page({"c", "d"}, std::nullopt)}));
  auto fetch = [&](std::int64_t number, const std::stop_token&) -> crm::result<page> {
    return number == 1 ? make_page({"a", "b"}, crm::page_meta{6, 1, 2}) : last;
  };
  crm::page_range<customer, decltype(fetch)> pages{fetch, 1, false, {}};
  std::vector<crm::errc> errors;
  for (auto& each : pages)
    if (!each) errors.push_back(each.error().code);
  CHECK(errors == std::vector{crm::errc::incomplete});
}

TEST_CASE("a list is read anew, and not from a cache, once it shrank", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d"}};
  std::vector<bool> anew;
  const auto found = crm::detail::collect<customer>(
      [&](std::int64_t number, bool again, const std::stop_token&) -> crm::result<page> {
        anew.push_back(again);
        auto answer = crm.answer(number);
        if (crm.asked.size() == 1) crm.list.erase(crm.list.begin());
        return answer;
      },
      {100});
  CHECK(ids_of(found) == ids{"b", "c", "d"});
  CHECK(anew == std::vector{false, false, true, true});
}

TEST_CASE("a record removed while another is added hides a third, unless the list is confirmed", "[engine]") {
  const bool confirm = GENERATE(false, true);
  fake_crm crm{{"a", "b", "c", "d"}};
  const auto found = crm::detail::collect<customer>(
      [&](std::int64_t number, bool, const std::stop_token&) -> crm::result<page> {
        auto answer = crm.answer(number);
        if (crm.asked.size() == 1) {
          crm.list.erase(crm.list.begin());
          crm.list.emplace_back("e");
        }
        return answer;
      },
      {100, {}, confirm});
  // Nothing in the two pages tells that "c" has moved from the second to the first.
  CHECK(ids_of(found) == (confirm ? ids{"b", "c", "d", "e"} : ids{"a", "b", "d", "e"}));
  CHECK(crm.asked.size() == (confirm ? 6 : 2));
}

TEST_CASE("a list that never agrees with itself cannot be confirmed", "[engine]") {
  fake_crm crm{{"a", "b", "c", "d"}};
  int added = 0;
  const auto found = crm::detail::collect<customer>(
      [&](std::int64_t number, bool, const std::stop_token&) -> crm::result<page> {
        auto answer = crm.answer(number);
        crm.list.erase(crm.list.begin());
        crm.list.push_back("new" + std::to_string(++added));
        return answer;
      },
      {100, {}, true});
  REQUIRE_FALSE(found);
  CHECK(found.error().code == crm::errc::incomplete);
}

TEST_CASE("a list of one page needs no second reading to be confirmed", "[engine]") {
  fake_crm crm{{"a", "b"}};
  CHECK(ids_of(crm::detail::collect<customer>(
            [&](std::int64_t number, bool, const std::stop_token&) -> crm::result<page> { return crm.answer(number); },
            {100, {}, true})) == ids{"a", "b"});
  CHECK(crm.asked.size() == 1);
}

namespace {

crm::detail::collecting in_flight(std::size_t at_once, std::size_t max_pages = 100) {
  return {.max_pages = max_pages, .at_once = at_once};
}

/// A CRM whose list changes once a page was read.
struct changing_crm {
  fake_crm crm;
  std::int64_t when;
  std::function<void(ids&)> change;
  std::mutex mutex{};
  std::vector<bool> again{};

  crm::result<page> operator()(std::int64_t number, bool anew, const std::stop_token&) {
    const std::lock_guard lock{mutex};
    again.push_back(anew);
    auto answer = crm.answer(number);
    if (number == when && !anew) change(crm.list);
    return answer;
  }
};

}  // namespace

TEST_CASE("pages read at once make the same list", "[engine][concurrency]") {
  const auto at_once = GENERATE(as<std::size_t>{}, 1, 2, 3, 8, 64);
  changing_crm crm{{{"a", "b", "c", "d", "e", "f", "g", "h", "i"}}, 0, {}};
  std::vector<std::size_t> heard;
  auto how = in_flight(at_once);
  how.on_page = [&](std::size_t so_far, std::optional<std::int64_t>) { heard.push_back(so_far); };
  CHECK(ids_of(crm::detail::collect<customer>(std::ref(crm), how)) == crm.crm.list);
  CHECK(heard == std::vector<std::size_t>{2, 4, 6, 8, 9});
  CHECK(crm.crm.asked.size() == 5);
}

TEST_CASE("a list that shrinks or grows while pages are read at once is read again in order", "[engine][concurrency]") {
  const bool grows = GENERATE(false, true);
  changing_crm crm{{{"a", "b", "c", "d", "e", "f"}}, 1, [&](ids& list) {
                     if (grows) {
                       list.emplace_back("g");
                     } else {
                       list.erase(list.begin());
                     }
                   }};
  CHECK(ids_of(crm::detail::collect<customer>(std::ref(crm), in_flight(2))) == crm.crm.list);
  CHECK(crm.again.back());
  const auto& asked = crm.crm.asked;
  const auto first_anew =
      static_cast<std::size_t>(std::find(crm.again.begin(), crm.again.end(), true) - crm.again.begin());
  CHECK(std::is_sorted(asked.begin() + static_cast<std::ptrdiff_t>(first_anew), asked.end()));
}

TEST_CASE("a list that never stops growing is read one by one in the end, and is complete", "[engine][concurrency]") {
  fake_crm crm{{"a", "b", "c", "d"}};
  std::mutex mutex;
  int added = 0;
  const auto fetch = [&](std::int64_t number, bool, const std::stop_token&) -> crm::result<page> {
    const std::lock_guard lock{mutex};
    auto answer = crm.answer(number);
    crm.list.push_back("new" + std::to_string(++added));
    return answer;
  };
  const auto found = ids_of(crm::detail::collect<customer>(fetch, in_flight(3)));
  CHECK(found.size() >= 4);
  CHECK(std::equal(found.begin(), found.end(), crm.list.begin()));
}

TEST_CASE("pages beyond those that are allowed are not read ahead", "[engine][concurrency]") {
  changing_crm crm{{{"a", "b", "c", "d", "e", "f", "g", "h"}}, 0, {}};
  CHECK(why(crm::detail::collect<customer>(std::ref(crm), in_flight(8, 2))) ==
        "the list has more pages than max_pages allows");
  CHECK(crm.crm.asked.size() == 2);
}

TEST_CASE("of several pages that fail the first is the list's error", "[engine][concurrency]") {
  const auto fetch = [](std::int64_t number, bool, const std::stop_token&) -> crm::result<page> {
    if (number >= 3) return crm::invalid_argument(std::to_string(number));
    return make_page({std::to_string(number)}, crm::page_meta{9, number, 1});
  };
  const auto found = crm::detail::collect<customer>(fetch, in_flight(4));
  REQUIRE_FALSE(found);
  CHECK(found.error().message == "3");
}

TEST_CASE("with prefetch the next page is read while one is looked at, and no other", "[engine][concurrency]") {
  std::mutex mutex;
  std::condition_variable changed;
  fake_crm crm{{"a", "b", "c", "d", "e", "f"}};
  auto fetch = [&](std::int64_t number, const std::stop_token&) -> crm::result<page> {
    const std::lock_guard lock{mutex};
    changed.notify_all();
    return crm.answer(number);
  };
  const auto wait_for = [&](std::size_t pages) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return crm.asked.size() >= pages; });
    return crm.asked;
  };
  crm::page_range<customer, decltype(fetch)> pages{fetch, 1, true, {}};
  auto at = pages.begin();
  CHECK(wait_for(2) == std::vector<std::int64_t>{1, 2});
  CHECK((*at)->records().front().id == "a");
  ++at;
  CHECK(wait_for(3) == std::vector<std::int64_t>{1, 2, 3});
  CHECK((*at)->records().front().id == "c");
  ++at;
  CHECK((*at)->records().front().id == "e");
  ++at;
  CHECK(at == pages.end());
}

TEST_CASE("with prefetch a page whose reading throws is read again where the loop begins again",
          "[engine][concurrency]") {
  struct no_memory {};
  std::mutex mutex;
  fake_crm crm{{"a", "b", "c", "d", "e"}};
  bool thrown = false;
  auto fetch = [&](std::int64_t number, const std::stop_token&) -> crm::result<page> {
    const std::lock_guard lock{mutex};
    if (number == 2 && !std::exchange(thrown, true)) throw no_memory{};
    return crm.answer(number);
  };
  crm::page_range<customer, decltype(fetch)> pages{fetch, 1, true, {}};
  auto at = pages.begin();
  CHECK((*at)->records().front().id == "a");
  CHECK_THROWS_AS(++at, no_memory);
  ids rest;
  for (const auto& each : pages) rest.push_back(each.value().records().front().id);
  CHECK(rest == ids{"c", "e"});
}
