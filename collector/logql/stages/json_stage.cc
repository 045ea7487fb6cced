#include "collector/logql/stages/json_stage.h"

#include <cstdint>
#include <string>

#include "base/strings.h"
#include "base/utf8.h"

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
constexpr const char* kTooDeep = "Object is nested too deeply";

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Adds `key` as a label name to what is there: one '_' for each character that may not stand there.
void AppendLabelName(std::string_view key, std::string* out) {
  if (out->empty() && !key.empty() && key[0] >= '0' && key[0] <= '9') out->push_back('_');
  for (const char c : key) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // inside a character
    out->push_back(IsAlnum(c) ? c : '_');
  }
}

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

// The inside of a JSON string without its escapes; false when one is invalid.
bool UnescapeJson(std::string_view text, std::string* out) {
  static constexpr std::string_view kNames = "\"\\/bfnrt";
  static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      out->push_back(text[i++]);
      continue;
    }
    if (i + 1 >= text.size()) return false;
    if (const size_t name = kNames.find(text[i + 1]); name != std::string_view::npos) {
      out->push_back(kValues[name]);
      i += 2;
      continue;
    }
    uint32_t rune = 0;
    if (text[i + 1] != 'u' || !ReadHex4(text, i + 2, &rune)) return false;
    i += 6;
    if (rune >= 0xD800 && rune < 0xDC00) {
      uint32_t low = 0;
      if (text.substr(i, 2) != "\\u" || !ReadHex4(text, i + 2, &low) || low < 0xDC00 ||
          low > 0xDFFF) {
        return false;
      }
      rune = 0x10000 + ((rune - 0xD800) << 10) + (low - 0xDC00);
      i += 6;
    } else if (rune >= 0xDC00 && rune < 0xE000) {
      return false;
    }
    base::AppendRune(rune, out);
  }
  return true;
}

// Characters that are none become spaces.
std::string WithoutInvalid(std::string text) {
  if (base::IsValidUtf8(text)) return text;
  const std::string repaired = base::RepairUtf8(text);
  static constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string clean;
  for (size_t at = 0; at < repaired.size();) {
    const bool invalid = std::string_view(repaired).substr(at, kReplacement.size()) == kReplacement;
    clean.push_back(invalid ? ' ' : repaired[at]);
    at += invalid ? kReplacement.size() : 1;
  }
  return clean;
}

class Extractor {
 public:
  Extractor(std::string_view text, LineLabels* labels) : text_(text), labels_(labels) {}

  const char* Run() {
    SkipBlanks();
    if (!Accept('{')) return kBadObject;
    return Members(0);
  }

 private:
  void SkipBlanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  bool Accept(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // After a quote: the end of the string, past its closing quote, or npos.
  size_t StringEnd(size_t at) const {
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
  size_t BlockEnd(size_t at, char open, char close) const {
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

  // After '{'. Ends past '}'.
  const char* Members(int depth) {
    if (depth >= kMaxJsonDepth) return kTooDeep;
    SkipBlanks();
    if (Accept('}')) return nullptr;
    while (true) {
      SkipBlanks();
      if (!Accept('"')) return kBadObject;
      const size_t key_start = at_;
      at_ = StringEnd(at_);
      if (at_ == std::string_view::npos) return kBadString;
      std::string key;
      if (!UnescapeJson(text_.substr(key_start, at_ - 1 - key_start), &key)) return kBadEscape;
      SkipBlanks();
      if (!Accept(':')) return kBadJson;
      SkipBlanks();
      const size_t prefix = name_.size();
      if (prefix > 0) name_.push_back('_');
      AppendLabelName(key, &name_);
      const char* const error = Value(depth);
      name_.resize(prefix);
      if (error != nullptr) return error;
      SkipBlanks();
      if (Accept('}')) return nullptr;
      if (!Accept(',')) return kBadObject;
    }
  }

  const char* Value(int depth) {
    if (at_ >= text_.size()) return kBadJson;
    switch (text_[at_]) {
      case '"':
        return StringValue();
      case '{':
        ++at_;
        // Nothing of an object that does not end is taken.
        if (BlockEnd(at_, '{', '}') == std::string_view::npos) return kBadObject;
        return Members(depth + 1);
      case '[': {
        const size_t end = BlockEnd(at_ + 1, '[', ']');
        if (end == std::string_view::npos) return kBadArray;
        at_ = end;
        return nullptr;
      }
      default:
        return ScalarValue();
    }
  }

  const char* StringValue() {
    const size_t start = ++at_;
    at_ = StringEnd(at_);
    if (at_ == std::string_view::npos) return kBadString;
    std::string value;
    if (!UnescapeJson(text_.substr(start, at_ - 1 - start), &value)) return kBadEscape;
    labels_->AddParsed(name_, WithoutInvalid(std::move(value)));
    return nullptr;
  }

  const char* ScalarValue() {
    const size_t end = text_.find_first_of(" \n\r\t,}]", at_);
    if (end == std::string_view::npos) return kBadScalar;
    const std::string_view token = text_.substr(at_, end - at_);
    const bool number = !token.empty() && (token[0] == '-' || (token[0] >= '0' && token[0] <= '9'));
    if (!number && token != "true" && token != "false" && token != "null") return kBadValue;
    at_ = end;
    if (token != "null") labels_->AddParsed(name_, token);
    return nullptr;
  }

  const std::string_view text_;
  LineLabels* const labels_;
  size_t at_ = 0;
  std::string name_;  // of the member being read, with those around it
};

}  // namespace

void ExtractJson(std::string_view line, LineLabels* labels) {
  if (const char* const error = Extractor(line, labels).Run()) {
    labels->SetError("JSONParserErr", error);
  }
}

}  // namespace vedette::logql
