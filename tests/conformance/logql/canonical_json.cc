#include "tests/conformance/logql/canonical_json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <vector>

#include "base/strings.h"

namespace vedette::logql {
namespace {

namespace json = boost::json;

std::string Canonical(const json::value& value);

// A number as its value: 1795226999.999 is written in several ways.
std::string NumberText(const json::value& value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.3f", value.to_number<double>());
  return text;
}

// What is a list of lists is in order: lines, samples.
bool IsOrdered(const json::array& items) {
  return std::any_of(items.begin(), items.end(),
                     [](const json::value& item) { return item.is_array() || item.is_number(); });
}

// Lines of equal timestamps come in an order of the server's own.
void SortTies(const json::array& items, std::vector<std::string>* texts) {
  const auto time_of = [&items](size_t i) {
    return items[i].is_array() && !items[i].get_array().empty()
               ? json::serialize(items[i].get_array()[0])
               : std::string();
  };
  for (size_t begin = 0; begin < items.size();) {
    size_t end = begin + 1;
    while (end < items.size() && !time_of(begin).empty() && time_of(end) == time_of(begin)) ++end;
    std::sort(texts->begin() + static_cast<std::ptrdiff_t>(begin),
              texts->begin() + static_cast<std::ptrdiff_t>(end));
    begin = end;
  }
}

// [1795226940,"0.45"]. Its last bits depend on how Loki has split the query.
std::string SampleText(const json::array& sample) {
  const std::string text(sample[1].as_string());
  const auto value = base::ParseDouble(text);
  char rounded[64];
  std::snprintf(rounded, sizeof rounded, "%.14g", value.value_or(0));
  return base::Concat({"[", NumberText(sample[0]), ",", value ? rounded : text, "]"});
}

std::string CanonicalArray(const json::array& items) {
  if (items.size() == 2 && items[0].is_number() && items[1].is_string()) return SampleText(items);
  std::vector<std::string> texts;
  for (const json::value& item : items) texts.push_back(Canonical(item));
  if (!IsOrdered(items)) {
    std::sort(texts.begin(), texts.end());
  } else {
    SortTies(items, &texts);
  }
  return "[" + base::Join(texts, ",") + "]";
}

std::string Canonical(const json::value& value) {
  if (value.is_number()) return NumberText(value);
  if (value.is_array()) return CanonicalArray(value.get_array());
  if (!value.is_object()) return json::serialize(value);
  std::map<std::string, std::string> members;
  for (const auto& [key, member] : value.get_object()) {
    if (key == "stats") continue;
    members[std::string(key)] = Canonical(member);
  }
  std::vector<std::string> texts;
  for (const auto& [key, text] : members) texts.push_back("\"" + key + "\":" + text);
  return "{" + base::Join(texts, ",") + "}";
}

}  // namespace

std::string CanonicalReply(std::string_view body) {
  json::error_code error;
  const json::value value = json::parse({body.data(), body.size()}, error);
  return error ? std::string(body) : Canonical(value);
}

}  // namespace vedette::logql
