#ifndef VEDETTE_MODEL_OTLP_ANY_VALUE_H_
#define VEDETTE_MODEL_OTLP_ANY_VALUE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::model::otlp {

// The value of an attribute: opentelemetry.proto.common.v1.AnyValue. A plain value.
struct AnyValue {
  enum class Kind { kEmpty, kString, kBool, kInt, kDouble, kBytes, kArray, kMap };

  // What one value may hold, and how deep.
  static constexpr int kMaxDepth = 16;
  static constexpr size_t kMaxParts = 65'536;

  // Out of line: clang 14 cannot instantiate them where it holds pairs of itself.
  AnyValue();
  AnyValue(const AnyValue&);
  AnyValue(AnyValue&&) noexcept;
  AnyValue& operator=(const AnyValue&);
  AnyValue& operator=(AnyValue&&) noexcept;
  ~AnyValue();

  Kind kind = Kind::kEmpty;
  std::string text;  // kString; kBytes: in base64
  bool flag = false;
  int64_t integer = 0;
  double number = 0;
  std::vector<AnyValue> items;                            // kArray
  std::vector<std::pair<std::string, AnyValue>> entries;  // kMap
};

// The value as a label has it, by the SDKs' rule: texts as they are, numbers as JSON has them,
// lists and maps as JSON; nothing for an empty value or a list with what JSON cannot tell.
std::string TextOf(const AnyValue& value);

// A key and the text of its value.
struct Attribute {
  std::string key;
  std::string value;
};
// In the order sent; keys may repeat.
using Attributes = std::vector<Attribute>;

// Adds the text of `value` under `key`; of a map that of each entry under "KEY.ENTRY", at any
// depth. What there is too much of, when there are more than `limit` attributes or bytes of a key:
// nothing more is added then. Empty: all is well.
std::string_view AddFlat(const std::string& key, const AnyValue& value, size_t limit,
                         Attributes* out);

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_ANY_VALUE_H_
