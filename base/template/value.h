#ifndef VEDETTE_BASE_TEMPLATE_VALUE_H_
#define VEDETTE_BASE_TEMPLATE_VALUE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/go_time.h"

namespace vedette::base::tmpl {

// What templates compute with. A value type: lists and maps are shared and never changed after they
// were made, so copies are cheap. Thread-safe as any const value.
class Value {
 public:
  enum class Kind { kNull, kBool, kInt, kDouble, kString, kList, kMap, kTime };
  // What a field that is not there means: an error as for a Go struct, the empty string as for a
  // map of strings, or null ("<no value>") as for a map of anything.
  enum class Missing { kError, kEmptyString, kNull };
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value, std::less<>>;

  Value() = default;  // null
  Value(bool v) : data_(v) {}
  Value(int v) : data_(int64_t{v}) {}
  Value(int64_t v) : data_(v) {}
  Value(double v) : data_(v) {}
  Value(std::string v) : data_(std::move(v)) {}
  Value(std::string_view v) : data_(std::string(v)) {}
  Value(const char* v) : data_(std::string(v)) {}
  Value(const GoTime& v) : data_(std::make_shared<const GoTime>(v)) {}
  static Value FromList(List items);
  static Value FromMap(Map entries, Missing missing);

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is(Kind k) const { return kind() == k; }
  bool as_bool() const { return std::get<bool>(data_); }
  int64_t as_int() const { return std::get<int64_t>(data_); }
  double as_double() const { return std::get<double>(data_); }
  const std::string& as_string() const { return std::get<std::string>(data_); }
  const List& as_list() const { return *std::get<std::shared_ptr<const List>>(data_); }
  const Map& as_map() const { return std::get<MapData>(data_).entries_ref(); }
  const GoTime& as_time() const { return *std::get<std::shared_ptr<const GoTime>>(data_); }
  Missing missing() const { return std::get<MapData>(data_).missing; }

  // False, 0, "", null and empty lists and maps are false.
  bool Truthy() const;
  // The name that error messages use, as Go would say: "string", "float64", "map[string]string".
  std::string_view TypeName() const;
  // As fmt.Print prints it (%v): null is "<no value>", doubles have the shortest digits.
  std::string ToText() const;

 private:
  struct MapData {
    std::shared_ptr<const Map> entries;
    Missing missing = Missing::kNull;
    const Map& entries_ref() const { return *entries; }
  };
  void AppendText(std::string* out, int depth) const;

  std::variant<std::monostate, bool, int64_t, double, std::string, std::shared_ptr<const List>,
               MapData, std::shared_ptr<const GoTime>>
      data_;
};

}  // namespace vedette::base::tmpl

#endif  // VEDETTE_BASE_TEMPLATE_VALUE_H_
