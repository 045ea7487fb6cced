#include "collector/logql/stages/json_reader.h"

#include <cstdint>

#include "base/utf8.h"
#include "collector/logql/stages/label_name.h"

namespace vedette::logql {
namespace {

// What can be wrong with a line, in the words that Loki's users know.
constexpr const char* kBadObject = "Value looks like object, but can't find closing '}' symbol";
constexpr const char* kBadArray = "Value is array, but can't find closing ']' symbol";
constexpr const char* kBadString = "Value is string, but can't find closing '\"' symbol";
constexpr const char* kBadScalar =
    "Value looks like Number/Boolean/None, but can't find its end: ',' or '}' symbol";
constexpr const char* kBadJson = "Malformed JSON error";
constexpr const char* kBadValue = "Unknown value type";
constexpr const char* kBadEscape = "Cannot unescape string";

bool ReadHex4(std::string_view text, size_t at, uint32_t* out) {
  if (at + 4 > text.size()) return false;
  *out = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const char c = text[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return false;
    *out = *out * 16 + static_cast<uint32_t>(digit);
  }
  return true;
}

// A \u escape at `at`, behind its u, and its low half where it is a surrogate.
bool TakeRune(std::string_view text, size_t* at, std::string* out) {
  uint32_t rune = 0;
  if (!ReadHex4(text, *at, &rune)) return false;
  *at += 4;
  if (rune >= 0xD800 && rune < 0xDC00) {
    uint32_t low = 0;
    if (text.substr(*at, 2) != "\\u" || !ReadHex4(text, *at + 2, &low) || low < 0xDC00 ||
        low > 0xDFFF) {
      return false;
    }
    rune = 0x10000 + ((rune - 0xD800) << 10) + (low - 0xDC00);
    *at += 6;
  } else if (rune >= 0xDC00 && rune < 0xE000) {
    return false;
  }
  base::AppendRune(rune, out);
  return true;
}

}  // namespace

const char* const JsonReader::kStop = "stopped";

bool UnescapeJson(std::string_view text, std::string* out) {
  static constexpr std::string_view kNames = "\"\\/bfnrt";
  static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  for (size_t i = 0; i < text.size();) {
    const size_t escape = text.find('\\', i);
    out->append(text.substr(i, escape - i));
    if (escape == std::string_view::npos) return true;
    if (escape + 1 >= text.size()) return false;
    i = escape + 2;
    if (const size_t name = kNames.find(text[escape + 1]); name != std::string_view::npos) {
      out->push_back(kValues[name]);
    } else if (text[escape + 1] != 'u' || !TakeRune(text, &i, out)) {
      return false;
    }
  }
  return true;
}

std::string JsonLabelText(const JsonValue& value) {
  if (value.kind == JsonKind::kNull) return {};
  if (value.kind != JsonKind::kString && value.kind != JsonKind::kArray) {
    return std::string(value.text);
  }
  std::string text;
  if (!UnescapeJson(value.text, &text)) return {};
  return WithoutInvalid(std::move(text));
}

void JsonReader::SkipBlanks() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
    ++at_;
  }
}

bool JsonReader::Accept(char c) {
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

// After a quote: the end of the string, past its closing quote, or npos.
size_t JsonReader::StringEnd(size_t at) const {
  for (; at < text_.size(); ++at) {
    if (text_[at] == '\\') {
      ++at;
    } else if (text_[at] == '"') {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

// After an opening bracket: past its closing one, or npos. Quotes are minded, other kinds of
// bracket are not.
size_t JsonReader::BlockEnd(size_t at, char open, char close) const {
  for (int depth = 1; at < text_.size();) {
    if (text_[at] == '"') {
      at = StringEnd(at + 1);
      if (at == std::string_view::npos) return at;
      continue;
    }
    if (text_[at] == open) ++depth;
    if (text_[at] == close && --depth == 0) return at + 1;
    ++at;
  }
  return std::string_view::npos;
}

const char* JsonReader::OpenObject() {
  SkipBlanks();
  return Accept('{') ? nullptr : kBadObject;
}

const char* JsonReader::ReadName(std::string_view* name) {
  if (!Accept('"')) return kBadObject;
  const size_t start = at_;
  at_ = StringEnd(at_);
  if (at_ == std::string_view::npos) return kBadString;
  *name = text_.substr(start, at_ - 1 - start);
  if (name->find('\\') == std::string_view::npos) return nullptr;
  name_.clear();
  if (!UnescapeJson(*name, &name_)) return kBadEscape;
  *name = name_;
  return nullptr;
}

const char* JsonReader::NextMember(std::string_view* name, JsonValue* value, bool* end) {
  SkipBlanks();
  *end = Accept('}');
  if (*end) return nullptr;
  if (!first_) {
    if (!Accept(',')) return kBadObject;
    SkipBlanks();
  }
  first_ = false;
  if (const char* const error = ReadName(name)) return error;
  SkipBlanks();
  if (!Accept(':')) return kBadJson;
  return ReadValue(value);
}

const char* JsonReader::ReadValue(JsonValue* value) {
  SkipBlanks();
  if (at_ >= text_.size()) return kBadJson;
  const size_t start = at_;
  switch (text_[at_]) {
    case '"':
      at_ = StringEnd(at_ + 1);
      if (at_ == std::string_view::npos) return kBadString;
      *value = {JsonKind::kString, text_.substr(start + 1, at_ - start - 2)};
      return nullptr;
    case '{':
      at_ = BlockEnd(at_ + 1, '{', '}');
      if (at_ == std::string_view::npos) return kBadObject;
      *value = {JsonKind::kObject, text_.substr(start, at_ - start)};
      return nullptr;
    case '[':
      at_ = BlockEnd(at_ + 1, '[', ']');
      if (at_ == std::string_view::npos) return kBadArray;
      *value = {JsonKind::kArray, text_.substr(start, at_ - start)};
      return nullptr;
    default:
      return ReadScalar(value);
  }
}

const char* JsonReader::ReadScalar(JsonValue* value) {
  const size_t end = text_.find_first_of(" \n\r\t,}]", at_);
  if (end == std::string_view::npos) return kBadScalar;
  const std::string_view token = text_.substr(at_, end - at_);
  const bool number = !token.empty() && (token[0] == '-' || (token[0] >= '0' && token[0] <= '9'));
  if (number) {
    *value = {JsonKind::kNumber, token};
  } else if (token == "true" || token == "false") {
    *value = {JsonKind::kBool, token};
  } else if (token == "null") {
    *value = {JsonKind::kNull, token};
  } else {
    return kBadValue;
  }
  at_ = end;
  return nullptr;
}

bool JsonReader::ReadItem(size_t index, JsonValue* value) {
  SkipBlanks();
  if (!Accept('[')) return false;
  for (size_t i = 0;; ++i) {
    if (ReadValue(value) != nullptr) return false;
    if (i == index) return true;
    SkipBlanks();
    if (!Accept(',')) return false;
  }
}

}  // namespace vedette::logql
