// A patch names fields that the record has and a caller may write.
//
// case: SET_ID | the CRM alone writes this field: leave it out of patches and new records
// case: SET_CREATED_AT | the CRM alone writes this field: leave it out of patches and new records
// case: DRAFT_ID | the CRM alone writes this field: leave it out of patches and new records
// case: UNKNOWN | this record has no field of that name: correct the name
// case: VERSION | this record has no field of that name: correct the name
// case: CLEAR_NAME | this field is always there: set it to another value instead of clearing it
// case: NAME_TO_NULL | this field is always there: set it to another value instead of clearing it
#include <crm/query/patch.hpp>

void change(crm::patch<crm::customer>& patch, crm::draft<crm::customer>& draft) {
#if defined(SET_ID)
  patch.set<"id">("17");
#elif defined(SET_CREATED_AT)
  patch.set<"created_at">(crm::timestamp{});
#elif defined(DRAFT_ID)
  draft.set<"id">("17");
#elif defined(UNKNOWN)
  patch.set<"mail">("jane@example.com");
#elif defined(VERSION)
  patch.set<"version">("1");
#elif defined(CLEAR_NAME)
  patch.clear<"name">();
#elif defined(NAME_TO_NULL)
  patch.set<"name">(crm::null);
#else
  patch.set<"name">("Jane").set<"email">(crm::null).clear<"phone">().clear<"services">();
  draft.set<"email">("jane@example.com");
#endif
}
