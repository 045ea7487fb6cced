#ifndef VEDETTE_COLLECTOR_API_FIELD_TABLE_H_
#define VEDETTE_COLLECTOR_API_FIELD_TABLE_H_

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/logql/result.h"

namespace vedette::api {

struct DetectedField {
  std::string type;               // "int", "float", "boolean", "duration", "bytes", "string"
  std::set<std::string> parsers;  // "json", "logfmt"; none: structured metadata
  // The keys that lead to it in a JSON line; empty where it is in none.
  std::vector<std::string> json_path;
  std::set<std::string, std::less<>> values;
};

// The fields that lines hold: structured metadata, what the query's own parsers found, and what is
// in the line itself, read as JSON or else as logfmt. As Loki's detected_fields: a field's type is
// that of the value seen last. One thread.
class FieldTable {
 public:
  // Fields beyond `max_fields` are left out.
  explicit FieldTable(size_t max_fields);
  FieldTable(FieldTable&&) noexcept;
  ~FieldTable();

  void Add(const logql::ResultLine& line);
  const std::map<std::string, DetectedField, std::less<>>& fields() const { return fields_; }

 private:
  DetectedField* Take(std::string_view name, std::string_view value);
  void AddParsed(const logql::ResultLine& line, std::string_view parser,
                 const std::vector<std::pair<std::string, std::string>>& found);

  class LineParser;  // one of LogQL's stages

  const size_t max_fields_;
  std::unique_ptr<LineParser> json_;
  std::unique_ptr<LineParser> logfmt_;
  std::map<std::string, DetectedField, std::less<>> fields_;
};

// What a value looks like, by Go's rules: "int", "float", "boolean", "duration", "bytes", "string".
std::string_view TypeOfValue(std::string_view value);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_FIELD_TABLE_H_
