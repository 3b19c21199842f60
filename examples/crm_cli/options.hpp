/// @file
/// Options whose value is read by a function of values.hpp.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include <CLI/CLI.hpp>

#include <crm/result.hpp>

namespace crm_cli {

/// Adds an option, or a positional argument, that fills `target`. A value that `read` refuses ends the parse with
/// its sentence under the option's name.
template <class Target, class T>
CLI::Option* add_value(CLI::App& app, const std::string& name, Target& target,
                       crm::result<T> (*read)(const std::string&), const std::string& type, const std::string& help) {
  const auto take = [&target, read, name](const std::string& text) {
    auto value = read(text);
    if (!value) throw CLI::ValidationError(name, value.error().message);
    target = *std::move(value);
  };
  return app.add_option_function<std::string>(name, take, help)->type_name(type);
}

}  // namespace crm_cli
