#include "collector/logql/stages/logfmt_reader.h"

#include "base/strings.h"
#include "collector/logql/stages/json_reader.h"

namespace vedette::logql {
namespace {

bool IsGarbage(char c) { return static_cast<unsigned char>(c) <= ' '; }

}  // namespace

bool LogfmtReader::Fail(std::string_view what) {
  error_ = base::Concat({"logfmt syntax error at pos ", std::to_string(at_ + 1), " : ", what});
  return false;
}

// Goes on behind the next white space.
bool LogfmtReader::Unexpected(char c) {
  Fail(base::Concat({"unexpected '", std::string_view(&c, 1), "'"}));
  while (at_ < line_.size() && !IsGarbage(line_[at_])) ++at_;
  return false;
}

bool LogfmtReader::NameIsValid() {
  return base::IsValidUtf8(name_) && name_.find("\xEF\xBF\xBD") == std::string_view::npos;
}

bool LogfmtReader::Next() {
  name_ = value_ = {};
  while (at_ < line_.size() && IsGarbage(line_[at_])) ++at_;
  if (AtEnd()) return false;
  if (!ReadName()) return false;
  if (AtEnd() || line_[at_] != '=') return true;
  ++at_;
  if (AtEnd() || IsGarbage(line_[at_])) return true;
  return line_[at_] == '"' ? ReadQuotedValue() : ReadBareValue();
}

bool LogfmtReader::ReadName() {
  const size_t start = at_;
  while (at_ < line_.size() && line_[at_] != '=' && line_[at_] != '"' && !IsGarbage(line_[at_])) {
    ++at_;
  }
  if (at_ < line_.size() && line_[at_] == '"') return Unexpected('"');
  name_ = line_.substr(start, at_ - start);
  if (name_.empty()) return Unexpected('=');
  if (NameIsValid()) return true;
  Fail("invalid key");
  while (at_ < line_.size() && !IsGarbage(line_[at_])) ++at_;
  return false;
}

bool LogfmtReader::ReadBareValue() {
  const size_t start = at_;
  while (at_ < line_.size() && !IsGarbage(line_[at_])) {
    if (line_[at_] == '=' || line_[at_] == '"') return Unexpected(line_[at_]);
    ++at_;
  }
  value_ = line_.substr(start, at_ - start);
  return true;
}

bool LogfmtReader::ReadQuotedValue() {
  const size_t start = at_ + 1;
  bool escapes = false;
  for (size_t i = start; i < line_.size(); ++i) {
    if (line_[i] == '\\') {
      escapes = true;
      ++i;
      continue;
    }
    if (line_[i] != '"') continue;
    at_ = i + 1;
    value_ = line_.substr(start, i - start);
    if (!escapes) return true;
    unquoted_.clear();
    if (!UnescapeJson(value_, &unquoted_)) return Fail("invalid quoted value");
    value_ = unquoted_;
    return true;
  }
  at_ = line_.size();
  return Fail("unterminated quoted value");
}

}  // namespace vedette::logql
