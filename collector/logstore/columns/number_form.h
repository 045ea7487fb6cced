#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_NUMBER_FORM_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_NUMBER_FORM_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collector/logstore/columns/slot_bound.h"

namespace vedette::logstore {

// A way to write whole numbers as text, one to one: what it reads it writes again to the byte. A
// value type.
struct NumberForm {
  enum class Kind : uint8_t {
    kInteger,   // -17
    kPadded,    // 0017, `digits` wide
    kDecimal,   // 3.140, always `digits` after the point
    kTrimmed,   // 3.14, up to `digits` after the point and no zero at the end; 3 for 3.0
    kIpv4,      // 10.0.0.1
    kDateTime,  // 2026-11-20T11:22:33.123Z, UTC, `digits` after the point
  };
  static constexpr uint8_t kMaxKind = static_cast<uint8_t>(Kind::kDateTime);
  static constexpr int kMaxDigits = 18;
  static constexpr size_t kMostBytes = 40;

  Kind kind = Kind::kInteger;
  int digits = 0;
  // Of date-times.
  char date_separator = '-';
  char time_separator = 'T';
  char point = '.';
  bool zulu = false;

  // The form that most of a sample of `values` have; nothing when they have none in common.
  static std::optional<NumberForm> Guess(std::span<const std::string_view> values);
  // Nothing for text that is not exactly what Append gives for some number.
  std::optional<int64_t> Read(std::string_view text) const;
  void Append(int64_t number, std::string* out) const;
  // The same to memory that has room for kMostBytes; where the text ends.
  char* Write(int64_t number, char* to) const;
  // Of the texts of numbers from `low` to `high`.
  SlotBound Bound(int64_t low, int64_t high) const;
  // Nanoseconds in one, where the number may be a time since the epoch; 0 where it cannot.
  int64_t NanosPerUnit(int64_t number) const;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_NUMBER_FORM_H_
