// The memory of a process that reads a long list: bench_memory URL views|query. The one reads the lazy range, the
// other collects the list. The far end is page_server.py, in another process; tests/bench/run starts both.
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <string>
#include <string_view>

#include <crm/crm.hpp>

namespace {

/// A line of /proc/self/status, in bytes.
std::size_t told_by_the_kernel(std::string_view what) {
  std::ifstream status{"/proc/self/status"};
  for (std::string name; status >> name; status.ignore(std::numeric_limits<std::streamsize>::max(), '\n'))
    if (std::size_t kibibytes = 0; name == what && status >> kibibytes) return kibibytes * 1024;
  std::abort();
}

/// After 1, 2, 5, 10, 20, 50... pages it is told.
constexpr std::size_t next_after(std::size_t pages) {
  std::size_t leading = pages;
  while (leading >= 10) leading /= 10;
  return leading == 2 ? pages / 2 * 5 : pages * 2;
}

std::string name(std::size_t pages, bool lazy) {
  return std::string{"memory/pages"} + std::to_string(pages) + (lazy ? "/ours" : "/collected");
}

class teller {
 public:
  explicit teller(bool lazy) : lazy_{lazy} {}

  void page_read() {
    if (++pages_ != next_) return;
    next_ = next_after(next_);
    std::cout << R"({"name":")" << name(pages_, lazy_) << R"(","resident_bytes":)" << told_by_the_kernel("VmRSS:")
              << R"(,"peak_bytes":)" << told_by_the_kernel("VmHWM:") << "}\n";
  }
  [[nodiscard]] std::size_t pages() const { return pages_; }

 private:
  bool lazy_;
  std::size_t pages_ = 0;
  std::size_t next_ = 1;
};

constexpr auto per_page = crm::page_size{100};

std::size_t read_views(const crm::crm_client& client, teller& tells) {
  std::size_t records = 0;
  for (auto& page : client.pages<crm::customer_view>(crm::customers, {.per_page = per_page})) {
    if (!page) return std::cerr << page.error() << '\n', 0;
    records += page->records().size();
    tells.page_read();
  }
  return records;
}

std::size_t collect(const crm::crm_client& client, teller& tells) {
  crm::call_options options{.per_page = per_page};
  options.on_page = [&](std::size_t, auto) { tells.page_read(); };
  const auto found = client.query(crm::customers, options);
  if (!found) return std::cerr << found.error() << '\n', 0;
  return found->size();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view{argv[1]} == "--benchmark_list_tests") {
    for (const bool lazy : {true, false})
      for (std::size_t pages = 1; pages <= 10'000; pages = next_after(pages)) std::cout << name(pages, lazy) << '\n';
    return 0;
  }
  if (argc != 3) return std::cerr << "bench_memory URL views|query\n", 2;
  const crm::crm_client client{argv[1], crm::api_key::from_text("a-key-for-measuring")};
  const bool lazy = std::string_view{argv[2]} == "views";
  teller tells{lazy};
  const std::size_t records = lazy ? read_views(client, tells) : collect(client, tells);
  return records != 0 && records == tells.pages() * 100 ? 0 : 1;
}
