#include "shipper/timestamp.h"

#include <ctime>

#include "model/log_level.h"

namespace vedette::shipper {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kMaxAhead = 10 * 60 * kSecond;
constexpr int64_t kMaxBehind = 24 * 3600 * kSecond;
// Years whose nanoseconds, and differences of them, fit into 64 bits.
constexpr int kMinYear = 1970;
constexpr int kMaxYear = 2261;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads from the front of a text; after the first failure everything fails.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool Number(int digits, int* value) {
    if (text_.size() - at_ < static_cast<size_t>(digits)) return false;
    *value = 0;
    for (int i = 0; i < digits; ++i) {
      if (!IsDigit(text_[at_])) return false;
      *value = *value * 10 + (text_[at_++] - '0');
    }
    return true;
  }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void SkipSpaces() {
    while (Peek() == ' ' || Peek() == '\t') ++at_;
  }
  size_t at() const { return at_; }
  void set_at(size_t at) { at_ = at; }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

// Digits after the point as nanoseconds; more than nine are cut.
int64_t Fraction(Cursor* cursor) {
  int64_t nanos = 0;
  int digits = 0;
  for (; IsDigit(cursor->Peek()); cursor->set_at(cursor->at() + 1)) {
    if (digits == 9) continue;
    nanos = nanos * 10 + (cursor->Peek() - '0');
    ++digits;
  }
  for (; digits < 9; ++digits) nanos *= 10;
  return nanos;
}

bool DateAndTime(Cursor* cursor, std::tm* tm) {
  int year = 0, month = 0;
  if (!cursor->Number(4, &year)) return false;
  const char separator = cursor->Peek();
  if (separator != '/' && separator != '-') return false;
  if (!cursor->Take(separator) || !cursor->Number(2, &month) || !cursor->Take(separator) ||
      !cursor->Number(2, &tm->tm_mday)) {
    return false;
  }
  if (!cursor->Take(' ') && (separator == '/' || !cursor->Take('T'))) return false;
  if (!cursor->Number(2, &tm->tm_hour) || !cursor->Take(':') || !cursor->Number(2, &tm->tm_min) ||
      !cursor->Take(':') || !cursor->Number(2, &tm->tm_sec)) {
    return false;
  }
  tm->tm_year = year - 1900;
  tm->tm_mon = month - 1;
  return year >= kMinYear && year <= kMaxYear && month >= 1 && month <= 12 && tm->tm_mday >= 1 &&
         tm->tm_mday <= 31 && tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec <= 60;
}

// "Z", "+02:00" or "+0200": seconds east of Greenwich.
std::optional<int> Offset(Cursor* cursor) {
  if (cursor->Take('Z')) return 0;
  const char sign = cursor->Peek();
  if ((sign != '+' && sign != '-') || !IsDigit(cursor->Peek(1))) return std::nullopt;
  const size_t begin = cursor->at();
  cursor->set_at(begin + 1);
  int hours = 0, minutes = 0;
  if (!cursor->Number(2, &hours)) {
    cursor->set_at(begin);
    return std::nullopt;
  }
  cursor->Take(':');
  if (!cursor->Number(2, &minutes)) {
    cursor->set_at(begin);
    return std::nullopt;
  }
  const int seconds = hours * 3600 + minutes * 60;
  return sign == '-' ? -seconds : seconds;
}

std::optional<LeadingTime> ReadTime(Cursor* cursor, TimeZone zone) {
  std::tm tm{};
  if (!DateAndTime(cursor, &tm)) return std::nullopt;
  LeadingTime time;
  time.whole_seconds = true;
  int64_t nanos = 0;
  if ((cursor->Peek() == '.' || cursor->Peek() == ',') && IsDigit(cursor->Peek(1))) {
    cursor->set_at(cursor->at() + 1);
    nanos = Fraction(cursor);
    time.whole_seconds = false;
  }
  std::time_t seconds = 0;
  if (const std::optional<int> offset = Offset(cursor)) {
    seconds = timegm(&tm) - *offset;
  } else {
    tm.tm_isdst = -1;
    seconds = zone == TimeZone::kUtc ? timegm(&tm) : mktime(&tm);
  }
  time.nanos = int64_t{seconds} * kSecond + nanos;
  return time;
}

// A level word at the cursor, bare, in brackets, or followed by a colon; else nothing is taken.
std::string_view ReadLevel(Cursor* cursor) {
  const size_t begin = cursor->at();
  const bool bracket = cursor->Take('[');
  const size_t word = cursor->at();
  while ((cursor->Peek() >= 'a' && cursor->Peek() <= 'z') ||
         (cursor->Peek() >= 'A' && cursor->Peek() <= 'Z')) {
    cursor->set_at(cursor->at() + 1);
  }
  const std::string_view level =
      model::NormaliseLevel(cursor->text().substr(word, cursor->at() - word));
  const bool closed = bracket ? cursor->Take(']')
                              : cursor->Take(':') || cursor->Peek() == ' ' ||
                                    cursor->Peek() == '\t' || cursor->Peek() == '\0';
  if (level.empty() || !closed) {
    cursor->set_at(begin);
    return {};
  }
  return level;
}

}  // namespace

std::optional<LeadingTime> ParseLeadingTime(std::string_view line, TimeZone zone) {
  Cursor cursor(line);
  const std::string_view before = ReadLevel(&cursor);
  cursor.SkipSpaces();
  const bool bracket = cursor.Take('[');
  std::optional<LeadingTime> time = ReadTime(&cursor, zone);
  if (!time || (bracket && !cursor.Take(']'))) return std::nullopt;
  time->length = cursor.at();
  cursor.SkipSpaces();
  const std::string_view after = before.empty() ? ReadLevel(&cursor) : std::string_view();
  if (!after.empty()) time->length = cursor.at();
  time->level = before.empty() ? after : before;
  return time;
}

std::optional<int64_t> ParseEpochSeconds(std::string_view text) {
  Cursor cursor(text);
  int64_t seconds = 0;
  size_t digits = 0;
  for (; IsDigit(cursor.Peek()) && digits < 11; ++digits) {
    seconds = seconds * 10 + (cursor.Peek() - '0');
    cursor.set_at(cursor.at() + 1);
  }
  // More than eleven digits before the point are no seconds of our times.
  if (digits == 0 || digits == 11) return std::nullopt;
  int64_t nanos = 0;
  if (cursor.Take('.')) nanos = Fraction(&cursor);
  if (cursor.at() != text.size() || seconds > INT64_MAX / kSecond - 1) return std::nullopt;
  return seconds * kSecond + nanos;
}

int64_t ChooseTime(int64_t source_ns, const LeadingTime& parsed) {
  const int64_t ahead = parsed.nanos - source_ns;
  if (ahead > kMaxAhead || ahead < -kMaxBehind) return source_ns;
  if (parsed.whole_seconds && parsed.nanos / kSecond == source_ns / kSecond) return source_ns;
  return parsed.nanos;
}

int64_t NotAhead(int64_t time_ns, int64_t now_ns) {
  return time_ns - now_ns > kMaxAhead ? now_ns : time_ns;
}

}  // namespace vedette::shipper
