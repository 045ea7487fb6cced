#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_READER_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_READER_H_

#include <string>
#include <string_view>

namespace vedette::logql {

enum class JsonKind { kNull, kBool, kNumber, kString, kObject, kArray };

// A value where it lies in its line. A string is what is between its quotes, escapes in place.
struct JsonValue {
  JsonKind kind = JsonKind::kNull;
  std::string_view text;
};

// The value as a label: a string without its escapes, invalid characters as spaces, empty where an
// escape is invalid; an array alike; anything else as it is written, null as nothing.
std::string JsonLabelText(const JsonValue& value);

// The inside of a JSON string without its escapes; false when one is invalid.
bool UnescapeJson(std::string_view text, std::string* out);

// Reads objects and arrays the lenient way that Loki does, member by member: what comes before a
// break is read, what is inside a value is not looked at. simdjson refuses a whole line for what
// this reads half of. Errors are Loki's words; null stands for none.
class JsonReader {
 public:
  // What a visitor returns to end the reading there.
  static const char* const kStop;

  explicit JsonReader(std::string_view text) : text_(text) {}

  // Calls `visit(name, value)`, which returns an error, kStop or null, for each member of an
  // object.
  template <typename Visit>
  const char* EachMember(const Visit& visit) {
    if (const char* const error = OpenObject()) return error;
    while (true) {
      std::string_view name;
      JsonValue value;
      bool end = false;
      if (const char* const error = NextMember(&name, &value, &end)) return error;
      if (end) return nullptr;
      if (const char* const error = visit(name, value)) return error;
    }
  }

  // Reads the value that stands next.
  const char* ReadValue(JsonValue* value);
  // The item of an array, counted from 0; false where there is none.
  bool ReadItem(size_t index, JsonValue* value);

 private:
  const char* OpenObject();
  const char* NextMember(std::string_view* name, JsonValue* value, bool* end);
  const char* ReadName(std::string_view* name);
  const char* ReadScalar(JsonValue* value);
  void SkipBlanks();
  bool Accept(char c);
  size_t StringEnd(size_t at) const;
  size_t BlockEnd(size_t at, char open, char close) const;

  const std::string_view text_;
  size_t at_ = 0;
  bool first_ = true;  // member
  std::string name_;   // of the member, where it has escapes
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_READER_H_
