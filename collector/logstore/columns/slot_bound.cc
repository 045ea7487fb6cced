#include "collector/logstore/columns/slot_bound.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace vedette::logstore {
namespace {

struct ByteKind {
  enum : uint16_t {
    kDecimal = 1,
    kLowerHex = 2,
    kUpperHex = 4,
    kLower = 8,  // g to z
    kUpper = 16,
    kDash = 32,
    kPoint = 64,
    kColon = 128,
    kSpace = 256,
    kSlash = 512,
    kUnderscore = 1024,
    kEquals = 2048,
    kQuote = 4096,
    kOther = 8192,
  };
};

constexpr std::array<uint16_t, 256> kKinds = [] {
  std::array<uint16_t, 256> kinds{};
  kinds.fill(ByteKind::kOther);
  const auto fill = [&](char first, char last, uint16_t kind) {
    for (int c = first; c <= last; ++c) kinds[static_cast<size_t>(c)] = kind;
  };
  fill('0', '9', ByteKind::kDecimal);
  fill('a', 'f', ByteKind::kLowerHex);
  fill('A', 'F', ByteKind::kUpperHex);
  fill('g', 'z', ByteKind::kLower);
  fill('G', 'Z', ByteKind::kUpper);
  fill('-', '-', ByteKind::kDash);
  fill('.', '.', ByteKind::kPoint);
  fill(':', ':', ByteKind::kColon);
  fill(' ', ' ', ByteKind::kSpace);
  fill('/', '/', ByteKind::kSlash);
  fill('_', '_', ByteKind::kUnderscore);
  fill('=', '=', ByteKind::kEquals);
  fill('"', '"', ByteKind::kQuote);
  return kinds;
}();

uint16_t KindOf(char c) { return kKinds[static_cast<uint8_t>(c)]; }

uint8_t AsRun(size_t run) {
  return static_cast<uint8_t>(std::min<size_t>(run, SlotBound::kAnyRun));
}

}  // namespace

uint16_t SlotBound::KindsOf(std::string_view bytes) {
  uint16_t kinds = 0;
  for (const char c : bytes) kinds = static_cast<uint16_t>(kinds | KindOf(c));
  return kinds;
}

SlotBound SlotBound::Of(std::string_view text) {
  BoundChain chain;
  chain.AddText(text);
  return chain.bound();
}

void SlotBound::Unite(const SlotBound& other) {
  kinds = static_cast<uint16_t>(kinds | other.kinds);
  length = std::max(length, other.length);
  hex_run = std::max(hex_run, other.hex_run);
  decimal_run = std::max(decimal_run, other.decimal_run);
}

bool SlotBound::MayHold(std::string_view part) const {
  if (part.size() > length && length != kAnyLength) return false;
  if ((KindsOf(part) & ~kinds) != 0) return false;
  const SlotBound needed = Of(part);
  return needed.hex_run <= hex_run && needed.decimal_run <= decimal_run;
}

void BoundChain::Lengthen(size_t bytes) {
  bound_.length =
      static_cast<uint16_t>(std::min<size_t>(bound_.length + bytes, SlotBound::kAnyLength));
}

void BoundChain::CloseRuns() {
  bound_.hex_run = std::max(bound_.hex_run, AsRun(hex_));
  bound_.decimal_run = std::max(bound_.decimal_run, AsRun(decimal_));
}

void BoundChain::AddText(std::string_view text) {
  Lengthen(text.size());
  for (const char c : text) {
    const uint16_t kind = KindOf(c);
    bound_.kinds = static_cast<uint16_t>(bound_.kinds | kind);
    if ((kind & ByteKind::kDecimal) != 0) {
      ++decimal_;
      ++hex_;
      continue;
    }
    CloseRuns();
    decimal_ = 0;
    hex_ = (kind & (ByteKind::kLowerHex | ByteKind::kUpperHex)) != 0 ? hex_ + 1 : 0;
  }
  CloseRuns();
}

// The value may be empty, or digits from one end to the other.
void BoundChain::AddSlot(const SlotBound& slot) {
  Lengthen(slot.length);
  bound_.kinds = static_cast<uint16_t>(bound_.kinds | slot.kinds);
  hex_ += slot.hex_run;
  decimal_ += slot.decimal_run;
  CloseRuns();
}

}  // namespace vedette::logstore
