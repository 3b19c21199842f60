// The other unit, and main: the same templates instantiated again, and values handed from unit to unit.
#include <crm/crm.hpp>

#include <cstddef>
#include <cstdlib>
#include <iostream>

std::size_t lapsed_by_a();
const void* customers_by_a();
crm::result<crm::crm_client> client_by_a();

constexpr auto wanted = crm::customers.status(crm::status::past);

namespace {

/// Calls when the thread of main has given up all that it kept. It called before, so that what the process keeps, such
/// as simdjson's choice of instructions, goes after it.
struct last_call {
  last_call() { (void)lapsed_by_a(); }
  ~last_call() {
    if (lapsed_by_a() == 0) std::_Exit(1);
  }
};
const last_call at_the_end;

}  // namespace

int main() {
  const auto lapsed = crm::mock_crm_client{"https://crm.example.com", crm::api_key::from_env("UNSET")}.query(wanted);
  if (!lapsed || lapsed->empty() || lapsed->size() != lapsed_by_a()) {
    std::cerr << "the two units read different customers\n";
    return 1;
  }
  if (customers_by_a() != &crm::customers) {
    std::cerr << "the two units have a constant each\n";
    return 1;
  }
  const auto client = client_by_a();
  if (!client) {
    std::cerr << client.error() << '\n';
    return 1;
  }
  // Nothing listens on port 1, and nothing is asked: the id is refused first.
  const auto refused = client->find("..");
  return !refused && refused.error().code == crm::errc::invalid_argument ? 0 : 1;
}
