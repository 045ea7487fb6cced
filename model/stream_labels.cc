#include "model/stream_labels.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace vedette::model {
namespace {

void AppendUtf8(uint32_t rune, std::string* out) {
  auto put = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (rune < 0x80) {
    put(rune);
  } else if (rune < 0x800) {
    put(0xc0 | rune >> 6);
    put(0x80 | (rune & 0x3f));
  } else if (rune < 0x10000) {
    put(0xe0 | rune >> 12);
    put(0x80 | (rune >> 6 & 0x3f));
    put(0x80 | (rune & 0x3f));
  } else {
    put(0xf0 | rune >> 18);
    put(0x80 | (rune >> 12 & 0x3f));
    put(0x80 | (rune >> 6 & 0x3f));
    put(0x80 | (rune & 0x3f));
  }
}

bool IsRune(uint32_t rune) { return rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff); }

class StreamLabelsReader {
 public:
  explicit StreamLabelsReader(std::string_view text) : text_(text) {}

  base::StatusOr<Labels> Read() {
    SkipSpace();
    if (!Take('{')) return Error("expected {");
    SkipSpace();
    while (!Take('}')) {
      VEDETTE_RETURN_IF_ERROR(ReadPair());
      SkipSpace();
      if (!Take(',') && !At('}')) return Error("expected , or }");
      SkipSpace();
    }
    SkipSpace();
    if (pos_ != text_.size()) return Error("expected the end");
    return Finish();
  }

 private:
  bool At(char c) const { return pos_ < text_.size() && text_[pos_] == c; }

  bool Take(char c) {
    if (!At(c)) return false;
    ++pos_;
    return true;
  }

  void SkipSpace() {
    while (At(' ') || At('\t') || At('\n') || At('\r')) ++pos_;
  }

  base::Status ReadPair() {
    const size_t start = pos_;
    while (pos_ < text_.size() && IsLegacyLabelName(text_.substr(start, pos_ + 1 - start))) ++pos_;
    if (pos_ == start) return Error("expected a label name");
    const std::string_view name = text_.substr(start, pos_ - start);
    SkipSpace();
    if (!Take('=')) return Error("expected =");
    SkipSpace();
    std::string value;
    VEDETTE_RETURN_IF_ERROR(ReadString(&value));
    if (!base::IsValidUtf8(value)) return Error("label value is not valid UTF-8");
    pairs_.emplace_back(name, std::move(value));
    return {};
  }

  base::Status ReadString(std::string* out) {
    if (Take('`')) {
      const size_t end = text_.find('`', pos_);
      if (end == text_.npos) return Error("expected the closing `");
      out->assign(text_.substr(pos_, end - pos_));
      pos_ = end + 1;
      return {};
    }
    if (!Take('"')) return Error("expected a quoted label value");
    while (!Take('"')) {
      if (pos_ == text_.size() || text_[pos_] == '\n') return Error("expected the closing \"");
      if (Take('\\')) {
        if (!ReadEscape(out)) return Error("unknown escape");
      } else {
        *out += text_[pos_++];
      }
    }
    return {};
  }

  bool ReadEscape(std::string* out) {
    if (pos_ == text_.size()) return false;
    constexpr std::string_view kLetters = "abfnrtv\\\"";
    constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\\"";
    const char c = text_[pos_];
    if (const size_t at = kLetters.find(c); at != kLetters.npos) {
      ++pos_;
      *out += kMeanings[at];
      return true;
    }
    if (c >= '0' && c <= '7') return ReadByteEscape(3, 8, out);
    ++pos_;
    if (c == 'x') return ReadByteEscape(2, 16, out);
    if (c != 'u' && c != 'U') return false;
    const auto rune = ReadDigits(c == 'u' ? 4 : 8, 16);
    if (!rune || !IsRune(*rune)) return false;
    AppendUtf8(*rune, out);
    return true;
  }

  bool ReadByteEscape(size_t digits, int base, std::string* out) {
    const auto byte = ReadDigits(digits, base);
    if (!byte || *byte > 0xff) return false;
    out->push_back(static_cast<char>(*byte));
    return true;
  }

  std::optional<uint32_t> ReadDigits(size_t digits, int base) {
    const std::string_view part = text_.substr(pos_, digits);
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value, base);
    if (part.size() != digits || error != std::errc() || end != part.data() + digits) {
      return std::nullopt;
    }
    pos_ += digits;
    return value;
  }

  base::StatusOr<Labels> Finish() {
    std::sort(pairs_.begin(), pairs_.end());
    for (size_t i = 1; i < pairs_.size(); ++i) {
      if (pairs_[i].first != pairs_[i - 1].first) continue;
      return base::InvalidArgument(
          base::Concat({"stream labels: name ", pairs_[i].first, " is not unique"}));
    }
    return Labels::FromPairs(std::move(pairs_));
  }

  base::Status Error(std::string_view what) const {
    const std::string found =
        pos_ < text_.size() ? base::GoQuote(text_.substr(pos_, 16)) : "the end";
    return base::InvalidArgument(base::Concat(
        {"stream labels, byte ", std::to_string(pos_), ": ", what, ", found ", found}));
  }

  const std::string_view text_;
  size_t pos_ = 0;
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace

base::StatusOr<Labels> ParseStreamLabels(std::string_view text) {
  return StreamLabelsReader(text).Read();
}

}  // namespace vedette::model
