#include "faults/probe.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include <crm/auth/none.hpp>
#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/model/customer.hpp>
#include <crm/query/patch.hpp>
#include <crm/retry/schedule.hpp>

#include "fault_paths.hpp"
#include "support/any_transport.hpp"

namespace faults {
namespace {

using client_type = crm::basic_crm_client<support::any_transport, crm::retry_schedule, crm::no_cache, crm::no_auth>;

template <class Call>
ending timed(Call call) {
  const auto begin = crm::clock::now();
  ending how_it_ended = call();
  how_it_ended.took = std::chrono::duration_cast<crm::milliseconds>(crm::clock::now() - begin);
  return how_it_ended;
}

}  // namespace

hostile_server::hostile_server(std::string_view row)
    : process_{{"/usr/bin/env", "python3", CRM_HOSTILE_SERVER, std::string{row}, CRM_TEST_CERTIFICATES}, {}, ""} {
  if (url().empty()) throw std::runtime_error{"the hostile server did not start"};
}

crm::transport_options how::trusting() {
  crm::transport_options options;
  options.ca_file = certificate("authority.pem");
  return options;
}

struct prober::client {
  client_type it;
};

prober::prober(std::string url, how chosen) : how_{std::move(chosen)} {
  crm::client_options options;
  options.deadline = how_.deadline;
  options.max_pages = 100;
  options.transport = how_.transport;
  client_ = std::make_unique<client>(
      client{client_type{url, crm::no_auth{}, options, crm::retry_schedule::exponential(how_.retries).value()}});
}
prober::prober(std::unique_ptr<client> of, how chosen) : client_{std::move(of)}, how_{std::move(chosen)} {}
prober prober::another() const { return {std::make_unique<client>(*client_), how_}; }
prober::prober(prober&&) noexcept = default;
prober::~prober() = default;

ending prober::find() const {
  return timed([&]() -> ending {
    auto found = client_->it.find("1", {.stop = how_.stop});
    if (!found) return {std::move(found).error()};
    return {{}, *found ? (*found)->name : std::string{}};
  });
}

ending prober::query() const {
  return timed([&]() -> ending {
    auto found = client_->it.query(crm::customers, {.stop = how_.stop});
    if (!found) return {std::move(found).error()};
    return {{}, found->empty() ? std::string{} : found->back().name};
  });
}

ending prober::create() const {
  return timed([&]() -> ending {
    auto made = client_->it.create(crm::new_customer{"Jane Smith"}.notes(how_.notes.empty() ? "none" : how_.notes),
                                   {.stop = how_.stop});
    if (!made) return {std::move(made).error()};
    return {{}, made->name};
  });
}

std::string certificate(std::string_view file) { return std::string{CRM_TEST_CERTIFICATES "/"}.append(file); }

long peak_memory() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss / 1024;
}

}  // namespace faults
