#include "model/stream_labels.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/escape.h"
#include "base/strings.h"

namespace vedette::model {
namespace {

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
    // Each byte by itself, a digit as what follows a letter: the name as a whole each time would be
    // quadratic.
    while (pos_ < text_.size() && (IsLegacyLabelName(text_.substr(pos_, 1)) ||
                                   (pos_ > start && text_[pos_] >= '0' && text_[pos_] <= '9'))) {
      ++pos_;
    }
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
    if (At('\'')) return false;  // Go knows it in rune literals only
    const size_t length = base::TakeGoEscape(text_.substr(pos_), out);
    pos_ += length;
    return length > 0;
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
