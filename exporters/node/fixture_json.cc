#include "exporters/node/fixture_json.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/strings.h"

namespace vedette::exporters::node {

base::StatusOr<std::vector<boost::json::object>> ReadFixture(const std::string& path,
                                                             SourceFile* file) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file->Read(path));
  boost::json::error_code error;
  boost::json::value value = boost::json::parse({text.data(), text.size()}, error);
  if (error) return Malformed(path, "expected JSON", text);
  std::vector<boost::json::object> objects;
  if (value.is_object()) objects.push_back(std::move(value.get_object()));
  if (value.is_array()) {
    for (boost::json::value& element : value.get_array()) {
      if (!element.is_object()) return Malformed(path, "expected an array of objects", text);
      objects.push_back(std::move(element.get_object()));
    }
  }
  return objects;
}

int64_t NumberOf(const boost::json::object& object, std::string_view key) {
  const boost::json::value* const value = object.if_contains({key.data(), key.size()});
  const int64_t* const number = value != nullptr ? value->if_int64() : nullptr;
  return number != nullptr ? *number : 0;
}

std::string_view TextOf(const boost::json::object& object, std::string_view key) {
  const boost::json::value* const value = object.if_contains({key.data(), key.size()});
  if (value == nullptr || !value->is_string()) return "";
  const boost::json::string& text = value->get_string();
  return {text.data(), text.size()};
}

}  // namespace vedette::exporters::node
