#include "base/template/builtins.h"

#include <compare>
#include <utility>

#include "base/escape.h"
#include "base/strings.h"
#include "base/template/format.h"

namespace vedette::base::tmpl {
namespace {

using ValueKind = Value::Kind;
using Args = std::span<const Value>;

constexpr size_t kMany = 1000;

bool IsBasic(const Value& v) { return !v.is(ValueKind::kList) && !v.is(ValueKind::kMap); }

// Equality as the language has it: different kinds do not compare, nil equals nil only.
StatusOr<bool> Equal(const Value& a, const Value& b) {
  if (a.is(ValueKind::kNull) || b.is(ValueKind::kNull)) {
    return a.is(ValueKind::kNull) && b.is(ValueKind::kNull);
  }
  if (!IsBasic(a) || !IsBasic(b)) {
    return InvalidArgument("non-comparable type " + std::string((IsBasic(a) ? b : a).TypeName()));
  }
  if (a.kind() != b.kind()) return InvalidArgument("incompatible types for comparison");
  switch (a.kind()) {
    case ValueKind::kBool:
      return a.as_bool() == b.as_bool();
    case ValueKind::kInt:
      return a.as_int() == b.as_int();
    case ValueKind::kDouble:
      return a.as_double() == b.as_double();
    default:
      return a.as_string() == b.as_string();
  }
}

StatusOr<std::partial_ordering> Compare(const Value& a, const Value& b) {
  if (!IsBasic(a) || !IsBasic(b) || a.is(ValueKind::kBool) || a.is(ValueKind::kNull)) {
    return InvalidArgument("invalid type for comparison");
  }
  if (a.kind() != b.kind()) return InvalidArgument("incompatible types for comparison");
  if (a.is(ValueKind::kInt)) return std::partial_ordering(a.as_int() <=> b.as_int());
  if (a.is(ValueKind::kDouble)) return a.as_double() <=> b.as_double();
  return std::partial_ordering(a.as_string() <=> b.as_string());
}

StatusOr<Value> Eq(Args args) {
  for (size_t i = 1; i < args.size(); ++i) {
    VEDETTE_ASSIGN_OR_RETURN(const bool equal, Equal(args[0], args[i]));
    if (equal) return Value(true);
  }
  return Value(false);
}

StatusOr<Value> Ne(Args args) {
  VEDETTE_ASSIGN_OR_RETURN(const bool equal, Equal(args[0], args[1]));
  return Value(!equal);
}

Function Ordered(bool (*holds)(std::partial_ordering)) {
  return {2, 2, [holds](Args args) -> StatusOr<Value> {
            VEDETTE_ASSIGN_OR_RETURN(const auto order, Compare(args[0], args[1]));
            return Value(holds(order));
          }};
}

StatusOr<Value> Len(Args args) {
  const Value& v = args[0];
  if (v.is(ValueKind::kString)) return Value(static_cast<int64_t>(v.as_string().size()));
  if (v.is(ValueKind::kList)) return Value(static_cast<int64_t>(v.as_list().size()));
  if (v.is(ValueKind::kMap)) return Value(static_cast<int64_t>(v.as_map().size()));
  if (v.is(ValueKind::kNull)) return InvalidArgument("len of nil pointer");
  return InvalidArgument("len of type " + std::string(v.TypeName()));
}

StatusOr<size_t> CheckIndex(const Value& index, size_t limit) {
  if (!index.is(ValueKind::kInt)) {
    return InvalidArgument("cannot index slice/array with type " + std::string(index.TypeName()));
  }
  if (index.as_int() < 0 || static_cast<uint64_t>(index.as_int()) >= limit) {
    return InvalidArgument("index out of range: " + std::to_string(index.as_int()));
  }
  return static_cast<size_t>(index.as_int());
}

StatusOr<Value> IndexOne(const Value& item, const Value& index) {
  if (item.is(ValueKind::kList)) {
    VEDETTE_ASSIGN_OR_RETURN(const size_t i, CheckIndex(index, item.as_list().size()));
    return item.as_list()[i];
  }
  if (item.is(ValueKind::kString)) {
    VEDETTE_ASSIGN_OR_RETURN(const size_t i, CheckIndex(index, item.as_string().size()));
    return Value(static_cast<int64_t>(static_cast<unsigned char>(item.as_string()[i])));
  }
  if (!item.is(ValueKind::kMap) || item.missing() == Value::Missing::kError) {
    return InvalidArgument(item.is(ValueKind::kNull)
                               ? "index of untyped nil"
                               : "can't index item of type " + std::string(item.TypeName()));
  }
  if (!index.is(ValueKind::kString)) {
    return InvalidArgument("value has type " + std::string(index.TypeName()) +
                           "; should be string");
  }
  const auto it = item.as_map().find(index.as_string());
  if (it != item.as_map().end()) return it->second;
  return item.missing() == Value::Missing::kEmptyString ? Value("") : Value();
}

StatusOr<Value> Index(Args args) {
  Value item = args[0];
  for (size_t i = 1; i < args.size(); ++i) {
    VEDETTE_ASSIGN_OR_RETURN(item, IndexOne(item, args[i]));
  }
  return item;
}

StatusOr<Value> Slice(Args args) {
  const Value& item = args[0];
  if (!item.is(ValueKind::kString) && !item.is(ValueKind::kList)) {
    return InvalidArgument("can't slice item of type " + std::string(item.TypeName()));
  }
  const size_t size = item.is(ValueKind::kString) ? item.as_string().size() : item.as_list().size();
  size_t begin = 0;
  size_t end = size;
  if (args.size() > 1) {
    VEDETTE_ASSIGN_OR_RETURN(begin, CheckIndex(args[1], size + 1));
  }
  if (args.size() > 2) {
    VEDETTE_ASSIGN_OR_RETURN(end, CheckIndex(args[2], size + 1));
  }
  if (begin > end) {
    return InvalidArgument("invalid slice index: " + std::to_string(begin) + " > " +
                           std::to_string(end));
  }
  if (item.is(ValueKind::kString)) return Value(item.as_string().substr(begin, end - begin));
  const auto& list = item.as_list();
  const auto from = list.begin() + static_cast<std::ptrdiff_t>(begin);
  return Value::FromList({from, from + static_cast<std::ptrdiff_t>(end - begin)});
}

std::string Js(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\'':
        out += "\\'";
        break;
      case '"':
        out += "\\\"";
        break;
      case '<':
        out += "\\u003C";
        break;
      case '>':
        out += "\\u003E";
        break;
      case '&':
        out += "\\u0026";
        break;
      case '=':
        out += "\\u003D";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          constexpr std::string_view kHex = "0123456789ABCDEF";
          out += "\\u00";
          out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
          out.push_back(kHex[static_cast<unsigned char>(c) & 15]);
        } else {
          out.push_back(c);
        }
    }
  }
  return out;
}

// A function over the text of its arguments, as print joins them.
Function OnText(std::string (*escape)(std::string_view)) {
  return {0, kMany, [escape](Args args) -> StatusOr<Value> { return Value(escape(Sprint(args))); }};
}

StatusOr<Value> Printf(Args args) {
  if (!args[0].is(ValueKind::kString)) {
    return InvalidArgument("wrong type for value; expected string; got " +
                           std::string(args[0].TypeName()));
  }
  return Value(Sprintf(args[0].as_string(), args.subspan(1)));
}

StatusOr<Value> Last(Args args) { return args.back(); }

Functions MakeBuiltins() {
  Functions f;
  f["and"] = {1, kMany, Last};
  f["or"] = {1, kMany, Last};
  f["not"] = {1, 1, [](Args args) -> StatusOr<Value> { return Value(!args[0].Truthy()); }};
  f["eq"] = {2, kMany, Eq};
  f["ne"] = {2, 2, Ne};
  f["lt"] = Ordered([](std::partial_ordering o) { return o < 0; });
  f["le"] = Ordered([](std::partial_ordering o) { return o <= 0; });
  f["gt"] = Ordered([](std::partial_ordering o) { return o > 0; });
  f["ge"] = Ordered([](std::partial_ordering o) { return o >= 0; });
  f["len"] = {1, 1, Len};
  f["index"] = {1, kMany, Index};
  f["slice"] = {1, 3, Slice};
  f["print"] = {0, kMany, [](Args args) -> StatusOr<Value> { return Value(Sprint(args)); }};
  f["println"] = {0, kMany, [](Args args) -> StatusOr<Value> { return Value(Sprintln(args)); }};
  f["printf"] = {1, kMany, Printf};
  f["html"] = OnText(EscapeHtml);
  f["js"] = OnText(Js);
  f["urlquery"] = OnText(EscapeQuery);
  return f;
}

}  // namespace

const Functions& Builtins() {
  static const Functions table = MakeBuiltins();
  return table;
}

}  // namespace vedette::base::tmpl
