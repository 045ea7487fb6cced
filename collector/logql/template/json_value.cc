#include "collector/logql/template/json_value.h"

#include <boost/json.hpp>
#include <string>
#include <utility>

namespace vedette::logql {
namespace {

namespace json = boost::json;
using base::tmpl::Value;

constexpr size_t kMaxDepth = 50;

// At most kMaxDepth deep, as the parser has it.
Value Convert(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return Value();
    case json::kind::bool_:
      return Value(value.get_bool());
    case json::kind::int64:
      return Value(static_cast<double>(value.get_int64()));
    case json::kind::uint64:
      return Value(static_cast<double>(value.get_uint64()));
    case json::kind::double_:
      return Value(value.get_double());
    case json::kind::string:
      return Value(std::string(value.get_string()));
    case json::kind::array: {
      Value::List list;
      for (const json::value& item : value.get_array()) list.push_back(Convert(item));
      return Value::FromList(std::move(list));
    }
    case json::kind::object:
      break;
  }
  Value::Map map;
  for (const auto& [name, member] : value.get_object()) {
    map.insert_or_assign(std::string(name), Convert(member));
  }
  return Value::FromMap(std::move(map), Value::Missing::kNull);
}

}  // namespace

Value JsonToValue(std::string_view text) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = kMaxDepth;
  const json::value value =
      json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  return error ? Value() : Convert(value);
}

}  // namespace vedette::logql
