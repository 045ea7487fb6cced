#include "base/template/value.h"

#include "base/template/format.h"

namespace vedette::base::tmpl {
namespace {

constexpr int kMaxPrintDepth = 50;

}  // namespace

Value Value::FromList(List items) {
  Value v;
  v.data_ = std::make_shared<const List>(std::move(items));
  return v;
}

Value Value::FromMap(Map entries, Missing missing) {
  Value v;
  v.data_ = MapData{std::make_shared<const Map>(std::move(entries)), missing};
  return v;
}

bool Value::Truthy() const {
  switch (kind()) {
    case Kind::kNull:
      return false;
    case Kind::kBool:
      return as_bool();
    case Kind::kInt:
      return as_int() != 0;
    case Kind::kDouble:
      return as_double() != 0;
    case Kind::kString:
      return !as_string().empty();
    case Kind::kList:
      return !as_list().empty();
    case Kind::kMap:
      return missing() == Missing::kError || !as_map().empty();
    case Kind::kTime:
      return true;
  }
  return false;
}

std::string_view Value::TypeName() const {
  switch (kind()) {
    case Kind::kNull:
      return "nil";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
      return "int";
    case Kind::kDouble:
      return "float64";
    case Kind::kString:
      return "string";
    case Kind::kList:
      return "[]interface {}";
    case Kind::kMap:
      switch (missing()) {
        case Missing::kError:
          return "struct";
        case Missing::kEmptyString:
          return "map[string]string";
        case Missing::kNull:
          return "map[string]interface {}";
      }
      break;
    case Kind::kTime:
      return "time.Time";
  }
  return "nil";
}

std::string Value::ToText() const {
  std::string out;
  AppendText(&out, 0);
  return out;
}

void Value::AppendText(std::string* out, int depth) const {
  if (depth > kMaxPrintDepth) {
    *out += "...";
    return;
  }
  switch (kind()) {
    case Kind::kNull:
      *out += depth == 0 ? "<no value>" : "<nil>";
      return;
    case Kind::kBool:
      *out += as_bool() ? "true" : "false";
      return;
    case Kind::kInt:
      *out += std::to_string(as_int());
      return;
    case Kind::kDouble:
      *out += FloatText(as_double());
      return;
    case Kind::kString:
      *out += as_string();
      return;
    case Kind::kList: {
      *out += "[";
      for (size_t i = 0; i < as_list().size(); ++i) {
        if (i > 0) out->push_back(' ');
        as_list()[i].AppendText(out, depth + 1);
      }
      *out += "]";
      return;
    }
    case Kind::kMap: {
      const bool is_struct = missing() == Missing::kError;
      *out += is_struct ? "{" : "map[";
      bool first = true;
      for (const auto& [key, value] : as_map()) {
        if (!first) out->push_back(' ');
        first = false;
        if (!is_struct) *out += key + ":";
        value.AppendText(out, depth + 1);
      }
      *out += is_struct ? "}" : "]";
      return;
    }
    case Kind::kTime:
      *out += GoTimeText(as_time());
      return;
  }
}

}  // namespace vedette::base::tmpl
