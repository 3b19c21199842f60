#pragma once

#include "sqlite/sqlite.hpp"

namespace reference_crm {

using sqlite::connection;
using sqlite::cursor;
using sqlite::to_sql;
using sqlite::transaction;
using sql_value = sqlite::value;

}  // namespace reference_crm
