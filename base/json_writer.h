#ifndef VEDETTE_BASE_JSON_WRITER_H_
#define VEDETTE_BASE_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::base {

// Streaming JSON writer: appends to a string, places commas itself, checks nesting. One thread.
// Strings: invalid UTF-8 becomes U+FFFD; control characters, quote and backslash are escaped.
class JsonWriter {
 public:
  explicit JsonWriter(std::string* out) : out_(out) {}

  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view value);
  JsonWriter& Int(int64_t value);
  JsonWriter& Uint(uint64_t value);
  JsonWriter& Double(double value);  // shortest digits, as Go's encoding/json; NaN and Inf abort
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  // Text that already is JSON.
  JsonWriter& Raw(std::string_view json);

 private:
  void BeforeValue();
  std::string* const out_;
  std::vector<bool> has_items_;
  bool after_key_ = false;
};

void AppendJsonString(std::string_view value, std::string* out);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_JSON_WRITER_H_
