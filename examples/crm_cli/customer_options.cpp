#include "customer_options.hpp"

#include <algorithm>
#include <string_view>

#include "options.hpp"
#include "values.hpp"

namespace crm_cli {

namespace {

/// The fields an update may clear: all that can be set, but the name.
template <crm::fixed_string... Names>
struct clearable_fields {
  static bool clear(crm::customer_patch& patch, std::string_view name) {
    return ((name == Names.view() && (patch.clear<Names>(), true)) || ...);
  }
  static std::string list() {
    std::string text;
    ((text.append(text.empty() ? "" : ", ").append(Names.view())), ...);
    return text;
  }
};
using clearable = clearable_fields<"email", "phone", "address", "city", "state", "zip", "services", "status",
                                   "last_service_date", "notes", "source", "signed_seasons">;

/// `target.name(*fields.name)` and so on, for the fields that were named.
template <class Target>
void assign(Target& target, const customer_fields& fields) {
  if (fields.name) target.name(*fields.name);
  if (fields.email) target.email(*fields.email);
  if (fields.phone) target.phone(*fields.phone);
  if (fields.address) target.address(*fields.address);
  if (fields.city) target.city(*fields.city);
  if (fields.state) target.state(*fields.state);
  if (fields.zip) target.zip(*fields.zip);
  if (fields.services) target.services(*fields.services);
  if (fields.status) target.status(*fields.status);
  if (fields.last_service_date) target.last_service_date(*fields.last_service_date);
  if (fields.notes) target.notes(*fields.notes);
  if (fields.source) target.source(*fields.source);
  if (fields.signed_seasons) target.signed_seasons(*fields.signed_seasons);
}

}  // namespace

CLI::Option* add_customer_fields(CLI::App& app, customer_fields& fields) {
  CLI::Option* name = add_value(app, "--name", fields.name, read_text, "TEXT", "Full name");
  add_value(app, "--email", fields.email, read_text, "TEXT", "Email address");
  add_value(app, "--phone", fields.phone, read_text, "TEXT", "Phone number");
  add_value(app, "--address", fields.address, read_text, "TEXT", "Street and number");
  add_value(app, "--city", fields.city, read_text, "TEXT", "City");
  add_value(app, "--state", fields.state, read_text, "TEXT", "State, e.g. MN");
  add_value(app, "--zip", fields.zip, read_text, "TEXT", "ZIP code");
  add_value(app, "--services", fields.services, read_services, "A,B",
            "Services: fertilizer, weed_control, mowing, snow_removal, or other words");
  add_value(app, "--status", fields.status, read_status, "WORD", "active, past, lead, cold, or another word");
  add_value(app, "--last-service-date", fields.last_service_date, read_date, "DATE", "Day of the last service");
  add_value(app, "--notes", fields.notes, read_text, "TEXT", "Notes");
  add_value(app, "--source", fields.source, read_text, "TEXT", "Where the customer comes from");
  add_value(app, "--signed-seasons", fields.signed_seasons, read_seasons, "Y,Y", "Years signed for, e.g. 2025,2026");
  return name;
}

void add_clear(CLI::App& app, customer_fields& fields) {
  const auto take = [&fields](std::vector<std::string> names) {
    for (auto& name : names) std::replace(name.begin(), name.end(), '-', '_');
    fields.cleared = std::move(names);
  };
  app.add_option_function<std::vector<std::string>>("--clear", take, "Empty this field; may be repeated")
      ->type_name("FIELD")
      ->allow_extra_args(false)
      ->delimiter(',');
}

crm::new_customer to_new_customer(const customer_fields& fields) {
  crm::new_customer fresh{*fields.name};
  assign(fresh, fields);
  return fresh;
}

crm::customer_patch to_patch(const customer_fields& fields) {
  crm::customer_patch changes;
  assign(changes, fields);
  for (const auto& name : fields.cleared) {
    const auto index = crm::field_index<crm::customer>(name);
    if (index < crm::field_count<crm::customer> && changes.names(index))
      throw CLI::ValidationError("--clear", name + " is set by another option, or cleared twice");
    if (!clearable::clear(changes, name))
      throw CLI::ValidationError("--clear", "'" + name + "' is none of " + clearable::list());
  }
  if (changes.empty()) throw CLI::ValidationError("update", "nothing to change: name at least one field");
  return changes;
}

}  // namespace crm_cli
