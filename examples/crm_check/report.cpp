#include <cstdio>
#include <string>

#include <crm/json/string.hpp>

#include "check.hpp"

namespace crm_check {

namespace {

/// Text in XML: characters that it cannot hold are left out. (XML 1.0, section 2.2.)
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        if (static_cast<unsigned char>(c) >= ' ') out += c;
    }
  }
  return out;
}

std::string seconds(std::chrono::milliseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", static_cast<double>(time.count()) / 1000);
  return text;
}

void add_member(std::string& line, std::string_view name, std::string_view value) {
  line.append(line.empty() ? "{\"" : ",\"").append(name).append("\":");
  // What is seen is made of our own words and of what the transport says, which is ASCII.
  if (!crm::json::append_string(line, value)) line += "\"\"";
}

}  // namespace

std::string to_junit(const report& of) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"crm check\" tests=\"" +
                    std::to_string(of.findings.size()) + "\" failures=\"" + std::to_string(of.count(verdict::failed)) +
                    "\" skipped=\"" + std::to_string(of.count(verdict::skipped)) + "\" errors=\"0\" time=\"" +
                    seconds(of.took) + "\">\n";
  for (const auto& each : of.findings) {
    xml += "  <testcase classname=\"" + escaped(each.about->section) + "\" name=\"" + escaped(each.about->name) +
           "\" time=\"" + seconds(each.took) + "\"";
    if (each.verdict == verdict::passed) {
      xml += "/>\n";
    } else if (each.verdict == verdict::skipped) {
      xml += "><skipped message=\"" + escaped(each.seen) + "\"/></testcase>\n";
    } else {
      xml += "><failure message=\"" + escaped(each.seen) + "\">" + escaped(each.about->sentence) +
             "</failure></testcase>\n";
    }
  }
  return xml + "</testsuite>\n";
}

std::string to_junit(const crm::error& why) {
  return R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="crm check" tests="1" failures="0" skipped="0" errors="1">
  <testcase classname="crm check" name="the_check_can_be_run"><error message=")" +
         escaped(to_string(why)) + "\"/></testcase>\n</testsuite>\n";
}

std::string to_json_lines(const report& of) {
  std::string lines;
  for (const auto& each : of.findings) {
    std::string line;
    add_member(line, "rule", each.about->name);
    add_member(line, "result", to_string(each.verdict));
    add_member(line, "seen", each.seen);
    add_member(line, "section", each.about->section);
    add_member(line, "sentence", each.about->sentence);
    lines += line + "}\n";
  }
  return lines;
}

std::string rules_in_markdown() {
  std::string table = "| rule | what holds | section | `--break` |\n|---|---|---|---|\n";
  for (const auto& each : rules) {
    table.append("| `").append(each.name).append("`").append(each.access == access::writes ? " (w)" : "");
    table.append(" | ").append(each.sentence).append(" | ").append(each.section).append(" | ");
    table.append(each.mutation.empty() ? "none: " : "").append(each.mutation.empty() ? each.unbroken : each.mutation);
    table += " |\n";
  }
  return table;
}

}  // namespace crm_check
