#include "collector/logstore/columns/line_scanner.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace vedette::logstore {
namespace {

enum CharClass : uint8_t {
  kDigit = 1,
  kHexLetter = 2,
  kWordChar = 4,      // letters, digits, underscore
  kEndsValue = 8,     // after key=
  kEndsLiteral = 16,  // after "key":
};

constexpr std::array<uint8_t, 256> MakeClasses() {
  std::array<uint8_t, 256> classes{};
  for (int c = '0'; c <= '9'; ++c) classes[static_cast<size_t>(c)] |= kDigit | kWordChar;
  for (int c = 'a'; c <= 'z'; ++c) classes[static_cast<size_t>(c)] |= kWordChar;
  for (int c = 'A'; c <= 'Z'; ++c) classes[static_cast<size_t>(c)] |= kWordChar;
  for (int c = 'a'; c <= 'f'; ++c) classes[static_cast<size_t>(c)] |= kHexLetter;
  for (int c = 'A'; c <= 'F'; ++c) classes[static_cast<size_t>(c)] |= kHexLetter;
  classes['_'] |= kWordChar;
  for (const char c : std::string_view(",;\"')]}&>"))
    classes[static_cast<uint8_t>(c)] |= kEndsValue;
  // Nothing that logfmt takes for white space: who reads fields off columns relies on it.
  for (size_t c = 0; c <= ' '; ++c) classes[c] |= kEndsValue;
  for (const char c : std::string_view(" \t\r\n,]}\"")) {
    classes[static_cast<uint8_t>(c)] |= kEndsLiteral;
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kClasses = MakeClasses();

// A word of hex digits alone is a value from this length on, and from the other inside a word.
constexpr size_t kHexWord = 8;
constexpr size_t kHexInWord = 6;

bool Is(char c, uint8_t classes) { return (kClasses[static_cast<uint8_t>(c)] & classes) != 0; }

size_t DigitsAt(std::string_view s, size_t i) {
  const size_t begin = i;
  while (i < s.size() && Is(s[i], kDigit)) ++i;
  return i - begin;
}

bool HexAt(std::string_view s, size_t i, size_t count) {
  if (i + count > s.size()) return false;
  for (size_t k = i; k < i + count; ++k) {
    if (!Is(s[k], kDigit | kHexLetter)) return false;
  }
  return true;
}

bool UuidAt(std::string_view s, size_t i) {
  return i + 36 <= s.size() && s[i + 8] == '-' && s[i + 13] == '-' && s[i + 18] == '-' &&
         s[i + 23] == '-' && HexAt(s, i, 8) && HexAt(s, i + 9, 4) && HexAt(s, i + 14, 4) &&
         HexAt(s, i + 19, 4) && HexAt(s, i + 24, 12) &&
         (i + 36 == s.size() || !Is(s[i + 36], kWordChar));
}

// 2026-11-20T11:22:33 or with '/' and ' ', and what it has of a fraction and a Z.
size_t DateTimeAt(std::string_view s, size_t i) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
  if (i + kForm.size() > s.size()) return 0;
  const char separator = s[i + 4];
  if ((separator != '-' && separator != '/') || (s[i + 10] != 'T' && s[i + 10] != ' ')) return 0;
  for (size_t k = 0; k < kForm.size(); ++k) {
    const char c = s[i + k];
    const bool fits = kForm[k] == 'd'   ? Is(c, kDigit)
                      : kForm[k] == '-' ? c == separator
                      : kForm[k] == ':' ? c == ':'
                                        : true;
    if (!fits) return 0;
  }
  size_t end = i + kForm.size();
  if (end < s.size() && (s[end] == '.' || s[end] == ',')) {
    const size_t digits = DigitsAt(s, end + 1);
    if (digits > 0 && digits <= 9) end += 1 + digits;
  }
  if (end < s.size() && s[end] == 'Z') ++end;
  return end - i;
}

size_t Ipv4At(std::string_view s, size_t i) {
  const size_t begin = i;
  for (int part = 0; part < 4; ++part) {
    const size_t digits = DigitsAt(s, i);
    if (digits == 0 || digits > 3) return 0;
    i += digits;
    if (part == 3) break;
    if (i >= s.size() || s[i] != '.') return 0;
    ++i;
  }
  if (i + 1 < s.size() && s[i] == '.' && Is(s[i + 1], kDigit)) return 0;
  return i - begin;
}

}  // namespace

std::vector<std::string_view> TextsOfShape(std::string_view shape) {
  std::vector<std::string_view> texts;
  for (size_t mark = shape.find(kSlotMark); mark != std::string_view::npos;
       mark = shape.find(kSlotMark)) {
    texts.push_back(shape.substr(0, mark));
    shape.remove_prefix(mark + 1);
  }
  texts.push_back(shape);
  return texts;
}

void LineScanner::Slot(size_t begin, size_t end) {
  shape_.append(line_, text_begin_, begin - text_begin_);
  shape_.push_back(kSlotMark);
  values_.push_back(line_.substr(begin, end - begin));
  text_begin_ = end;
}

// At a quote. Text before a colon is a key; other text in quotes is a value.
size_t LineScanner::Quoted(size_t i) {
  size_t end = i + 1;
  for (;; ++end) {
    const void* const found =
        quotes_left_ ? std::memchr(line_.data() + end, '"', line_.size() - end) : nullptr;
    if (found == nullptr) {
      quotes_left_ = false;
      return i + 1;
    }
    end = static_cast<size_t>(static_cast<const char*>(found) - line_.data());
    size_t escapes = 0;
    while (end - escapes > i + 1 && line_[end - escapes - 1] == '\\') ++escapes;
    if (escapes % 2 == 0) break;
  }
  if (end + 1 < line_.size() && line_[end + 1] == ':') return AfterKey(end + 2);
  Slot(i + 1, end);
  return end + 1;
}

// A number, true, false or null behind a key; strings, objects and arrays are met by the caller.
size_t LineScanner::AfterKey(size_t i) {
  while (i < line_.size() && line_[i] == ' ') ++i;
  if (i == line_.size() || line_[i] == '{' || line_[i] == '[') return i;
  size_t end = i;
  while (end < line_.size() && !Is(line_[end], kEndsLiteral)) ++end;
  if (end > i) Slot(i, end);
  return end;
}

// Runs of hex digits in a word with other letters.
void LineScanner::MixedWord(size_t begin, size_t end) {
  while (begin < end) {
    if (!Is(line_[begin], kDigit | kHexLetter)) {
      ++begin;
      continue;
    }
    size_t run = begin;
    bool digit = false;
    while (run < end && Is(line_[run], kDigit | kHexLetter)) digit |= Is(line_[run++], kDigit);
    if (digit && run - begin >= kHexInWord) {
      Slot(begin, run);
    } else if (digit) {
      for (size_t i = begin; i < run; ++i) {
        const size_t digits = DigitsAt(line_.substr(0, run), i);
        if (digits > 0) Slot(i, i + digits);
        i += digits;
      }
    }
    begin = run;
  }
}

// At a digit: a time, an address, a decimal, or nothing of these.
size_t LineScanner::Number(size_t i, size_t end) {
  if (const size_t length = DateTimeAt(line_, i); length > 0) return i + length;
  if (const size_t length = Ipv4At(line_, i); length > 0) return i + length;
  const size_t whole = DigitsAt(line_, i);
  if (i + whole != end || end >= line_.size() || line_[end] != '.') return i;
  const size_t fraction = DigitsAt(line_, end + 1);
  const size_t after = end + 1 + fraction;
  const bool version = after < line_.size() && line_[after] == '.';
  return fraction == 0 || version ? i : after;
}

size_t LineScanner::Word(size_t i) {
  size_t end = i;
  uint8_t all = kDigit | kHexLetter;
  bool digit = false;
  bool hex = true;
  for (; end < line_.size(); ++end) {
    const uint8_t c = kClasses[static_cast<uint8_t>(line_[end])];
    if ((c & kWordChar) == 0) break;
    digit |= (c & kDigit) != 0;
    hex &= (c & all) != 0;
  }
  if (end < line_.size() && line_[end] == '=') {
    const size_t value = end + 1;
    size_t stop = value;
    while (stop < line_.size() && !Is(line_[stop], kEndsValue)) ++stop;
    if (stop > value) Slot(value, stop);
    return stop;
  }
  if (hex && end - i == 8 && UuidAt(line_, i)) {
    Slot(i, i + 36);
    return i + 36;
  }
  if (!digit) {
    if (hex && end - i >= kHexWord) Slot(i, end);
    return end;
  }
  if (Is(line_[i], kDigit)) {
    if (const size_t stop = Number(i, end); stop > i) {
      Slot(i, stop);
      return stop;
    }
  }
  if (hex) {
    Slot(i, end);
  } else {
    MixedWord(i, end);
  }
  return end;
}

void LineScanner::Scan(std::string_view line) {
  line_ = line;
  text_begin_ = 0;
  quotes_left_ = true;
  shape_.clear();
  values_.clear();
  if (!line.empty() && std::memchr(line.data(), kSlotMark, line.size()) != nullptr) {
    Slot(0, line.size());
    return;
  }
  size_t i = 0;
  while (i < line.size()) {
    if (Is(line[i], kWordChar)) {
      i = Word(i);
    } else if (line[i] == '"') {
      i = Quoted(i);
    } else {
      ++i;
    }
  }
  shape_.append(line, text_begin_);
}

}  // namespace vedette::logstore
