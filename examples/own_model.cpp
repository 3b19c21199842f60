// Records of one's own in place of crm::customer: on a CRM with the contract's names, and on one with others.
#include <crm/crm.hpp>

#include <boost/hana/adapt_struct.hpp>

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a sales desk wants to see of a customer, and one field that only its own CRM has.
struct lead {
  std::string id;
  std::string name;
  std::optional<std::string> email;
  std::optional<std::string> city;
  std::optional<crm::status> status;
  std::vector<crm::service> services;
  std::optional<std::int64_t> lead_score;  // a CRM without it sends none
};
BOOST_HANA_ADAPT_STRUCT(lead, id, name, email, city, status, services, lead_score);

/// Leads are the contract's customers.
template <>
struct crm::resource<lead> : crm::customer_resource {};

/// A record of another CRM, under that CRM's names.
struct contact {
  std::string id;
  std::string full_name;
  std::optional<std::string> town;
};
BOOST_HANA_ADAPT_STRUCT(contact, id, full_name, town);

template <>
struct crm::resource<contact> : crm::customer_resource {
  static constexpr std::string_view path = "/rest/contacts", many = "data", one = "contact", meta = "paging";
  static constexpr std::string_view status_parameter = "stage", city_parameter = "town";
  static constexpr std::string_view page_parameter = "p", per_page_parameter = "n";
};

/// The other CRM, for this example: one answer, whatever is asked.
struct other_crm : crm::steady_time {
  crm::transport_result send(const crm::http::request& asked, const crm::send_limits&) {
    std::cout << "  " << to_string(asked.method) << ' ' << asked.target << '\n';
    return crm::http::response{200,
                               {{"Content-Type", "application/json"}},
                               R"({"data":[{"id":"c-7","full_name":"Ana Núñez","town":"Eagan","grade":"A"}],)"
                               R"("paging":{"total":1,"page":1,"per_page":25}})"};
  }
};

namespace {

constexpr auto wanted = crm::customers.status(crm::status::lead).city("Eagan");

/// Finds the leads of a town, adds one, and wins it.
template <class Client>
crm::result<lead> win_a_lead(const Client& client) {
  const auto found = client.template query<lead>(wanted);
  if (!found) return found.error();
  for (const lead& each : *found) std::cout << "  " << each.name << ", " << each.email.value_or("no email") << '\n';

  auto fresh = crm::draft<lead>{"Noah Vang"}.template set<"city">("Eagan").template set<"status">(crm::status::lead);
  return client.create(fresh).and_then([&](const lead& made) {
    std::cout << "  " << made.name << " is " << made.id << '\n';
    // patch<lead>{}.set<"id">("mine") does not compile: the CRM alone writes that field.
    return client.update(made.id, crm::patch<lead>{}
                                      .template set<"status">(crm::status::active)
                                      .template set<"services">(std::vector<crm::service>{crm::service::mowing})
                                      .template clear<"city">());
  });
}

}  // namespace

int main() {
  std::cout << "Leads of a CRM with the contract's names:\n";
  const crm::basic_crm_client client{crm::mock_transport<>{}};
  const auto won = win_a_lead(client);
  if (!won) {
    std::cerr << won.error() << '\n';
    return 1;
  }
  // The same filter is a predicate over records of one's own.
  std::cout << "  " << won->name << " is " << *won->status << " now"
            << (wanted.matches(*won) ? ", and still a lead\n" : ", and no lead of Eagan any more\n");

  std::cout << "Contacts of a CRM with other names:\n";
  const crm::basic_crm_client other{other_crm{}};
  const auto contacts = other.query<contact>(wanted);
  if (!contacts) {
    std::cerr << contacts.error() << '\n';
    return 1;
  }
  for (const contact& each : *contacts) std::cout << "  " << each.full_name << ", " << each.town.value_or("-") << '\n';
}
