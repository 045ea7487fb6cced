#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_LOGFMT_READER_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_LOGFMT_READER_H_

#include <string>
#include <string_view>

namespace vedette::logql {

// Reads name=value pairs off a line, one at a time, as go-logfmt does: names without a value,
// quoted values with JSON's escapes. Borrows the line.
class LogfmtReader {
 public:
  explicit LogfmtReader(std::string_view line) : line_(line) {}

  bool AtEnd() const { return at_ >= line_.size(); }
  // Reads the next pair. False where none could be read, at the end or for a syntax error; then
  // reading may go on behind it.
  bool Next();
  std::string_view name() const { return name_; }
  // Without quotes and escapes; until the next pair.
  std::string_view value() const { return value_; }
  // The last one: "logfmt syntax error at pos 2 : unexpected '\"'"; empty when there was none.
  const std::string& error() const { return error_; }

 private:
  bool ReadName();
  bool ReadBareValue();
  bool ReadQuotedValue();
  bool Fail(std::string_view what);
  bool Unexpected(char c);
  bool NameIsValid();

  const std::string_view line_;
  size_t at_ = 0;
  std::string_view name_;
  std::string_view value_;
  std::string unquoted_;
  std::string error_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_LOGFMT_READER_H_
