#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_SLOT_BOUND_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_SLOT_BOUND_H_

#include <compare>
#include <cstdint>
#include <string_view>

namespace vedette::logstore {

// What the values of a column have at most: kinds of bytes, length, digits in a row. Tells which
// strings none of them has in it. A value type.
struct SlotBound {
  static constexpr uint16_t kAnyLength = UINT16_MAX;
  static constexpr uint8_t kAnyRun = UINT8_MAX;

  uint16_t kinds = 0;       // of bytes, a bit each (KindsOf)
  uint16_t length = 0;      // kAnyLength: not known
  uint8_t hex_run = 0;      // digits 0-9a-fA-F in a row; kAnyRun: not known
  uint8_t decimal_run = 0;  // digits 0-9 in a row

  static uint16_t KindsOf(std::string_view bytes);
  // Of a value that is exactly `text`.
  static SlotBound Of(std::string_view text);
  // Values of either.
  void Unite(const SlotBound& other);
  // Whether a value may have `part` in it.
  bool MayHold(std::string_view part) const;

  friend auto operator<=>(const SlotBound&, const SlotBound&) = default;
};

// The bound of values made of pieces that follow one another.
class BoundChain {
 public:
  void AddText(std::string_view text);
  void AddSlot(const SlotBound& slot);
  const SlotBound& bound() const { return bound_; }

 private:
  void Lengthen(size_t bytes);
  void CloseRuns();

  SlotBound bound_;
  // Of the runs that the next piece may go on with.
  size_t hex_ = 0;
  size_t decimal_ = 0;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_SLOT_BOUND_H_
