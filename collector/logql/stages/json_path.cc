#include "collector/logql/stages/json_path.h"

#include <span>

#include "base/strings.h"

namespace vedette::logql {
namespace {

bool IsFieldStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsFieldByte(char c) { return IsFieldStart(c) || (c >= '0' && c <= '9'); }
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}

  base::StatusOr<JsonPath> Run() {
    while (true) {
      SkipBlanks();
      if (text_.empty() && !path_.empty()) return std::move(path_);
      const bool field = path_.empty() || Accept('.');
      SkipBlanks();
      if (field && !text_.empty() && IsFieldStart(text_[0])) {
        path_.emplace_back(TakeField());
        continue;
      }
      if ((field && !path_.empty()) || !Accept('[')) return Unexpected();
      VEDETTE_RETURN_IF_ERROR(TakeBracket());
    }
  }

 private:
  void SkipBlanks() {
    while (!text_.empty() && IsBlank(text_[0])) text_.remove_prefix(1);
  }
  bool Accept(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  base::Status Unexpected() const {
    if (text_.empty()) return base::InvalidArgument("syntax error: unexpected $end");
    return base::InvalidArgument(base::Concat({"unexpected char ", text_.substr(0, 1)}));
  }

  std::string TakeField() {
    size_t end = 1;
    while (end < text_.size() && IsFieldByte(text_[end])) ++end;
    std::string field(text_.substr(0, end));
    text_.remove_prefix(end);
    return field;
  }

  // Behind the bracket: a quoted name or a number, and the bracket that closes it.
  base::Status TakeBracket() {
    SkipBlanks();
    if (Accept('"')) {
      const size_t end = text_.find_first_of("\"]");
      path_.emplace_back(std::string(text_.substr(0, end)));
      text_ = end == std::string_view::npos ? std::string_view() : text_.substr(end);
      Accept('"');
    } else {
      const size_t end = std::min(text_.find_first_not_of("0123456789"), text_.size());
      const auto index = base::ParseUint(text_.substr(0, end));
      if (!index) return Unexpected();
      text_.remove_prefix(end);
      path_.emplace_back(static_cast<size_t>(*index));
    }
    SkipBlanks();
    return Accept(']') ? base::Status() : Unexpected();
  }

  std::string_view text_;
  JsonPath path_;
};

// Goes down one member at a time; as deep as the path is long.
bool Descend(std::string_view text, std::span<const std::variant<std::string, size_t>> path,
             JsonValue* value, const char** error) {
  for (; !path.empty(); path = path.subspan(1)) {
    bool found = false;
    if (const auto* const index = std::get_if<size_t>(&path[0])) {
      found = JsonReader(text).ReadItem(*index, value);
    } else {
      const std::string& wanted = std::get<std::string>(path[0]);
      JsonReader reader(text);
      const char* const stopped = reader.EachMember([&](std::string_view name, const JsonValue& v) {
        if (name != wanted) return static_cast<const char*>(nullptr);
        *value = v;
        found = true;
        return JsonReader::kStop;
      });
      if (!found && stopped != nullptr) *error = stopped;
    }
    if (!found) return false;
    text = value->text;
    const bool inside = value->kind == JsonKind::kObject || value->kind == JsonKind::kArray;
    if (path.size() > 1 && !inside) return false;
  }
  return true;
}

}  // namespace

base::StatusOr<JsonPath> ParseJsonPath(std::string_view expression) {
  auto path = PathParser(expression).Run();
  if (path.ok()) return path;
  return base::Annotate(path.status(),
                        base::Concat({"cannot parse expression [", expression, "]"}));
}

bool FindJsonPath(std::string_view text, const JsonPath& path, JsonValue* value,
                  const char** error) {
  return Descend(text, path, value, error);
}

}  // namespace vedette::logql
