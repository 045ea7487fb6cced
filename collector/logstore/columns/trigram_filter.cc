#include "collector/logstore/columns/trigram_filter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/codec/bytes.h"
#include "collector/logstore/columns/line_scanner.h"

namespace vedette::logstore {
namespace {

constexpr size_t kIdDigits = 8;
// Bits a trigram, and of them that are looked at.
constexpr size_t kBitsEach = 12;
constexpr int kProbes = 4;
constexpr size_t kLeastBits = 512;

constexpr std::array<bool, 256> kHex = [] {
  std::array<bool, 256> hex{};
  for (const char c : std::string_view("0123456789abcdefABCDEF"))
    hex[static_cast<uint8_t>(c)] = true;
  return hex;
}();

bool IsHex(char c) { return kHex[static_cast<uint8_t>(c)]; }
bool IsDecimal(char c) { return c >= '0' && c <= '9'; }

bool CountsAsId(std::string_view run) {
  return run.size() >= kIdDigits || std::any_of(run.begin(), run.end(), IsDecimal);
}

uint32_t Pack(char a, char b, char c) {
  return static_cast<uint32_t>(static_cast<uint8_t>(a)) << 16 |
         static_cast<uint32_t>(static_cast<uint8_t>(b)) << 8 | static_cast<uint8_t>(c);
}

constexpr uint32_t kOnlyDigits = 0;

uint64_t Mix(uint32_t trigram) {
  uint64_t h = (trigram + 1) * 0x9E3779B97F4A7C15;
  h ^= h >> 29;
  h *= 0xBF58476D1CE4E5B9;
  return h ^ h >> 32;
}

// The bits of a filter of `bits` (a power of two) that a trigram sets.
std::array<size_t, kProbes> ProbesOf(uint32_t trigram, size_t bits) {
  const uint64_t h = Mix(trigram);
  const uint64_t step = h >> 32 | 1;
  std::array<size_t, kProbes> probes;
  for (size_t i = 0; i < probes.size(); ++i) probes[i] = (h + i * step) & (bits - 1);
  return probes;
}

bool HasTrigram(std::string_view filter, uint32_t trigram) {
  if (trigram == kOnlyDigits) return true;
  for (const size_t bit : ProbesOf(trigram, filter.size() * 8)) {
    if ((static_cast<uint8_t>(filter[bit / 8]) >> (bit % 8) & 1) == 0) return false;
  }
  return true;
}

// Replaces the bytes of runs that count as ids.
void BlankIds(std::string* text) {
  for (size_t i = 0; i < text->size(); ++i) {
    if (!IsHex((*text)[i])) continue;
    size_t end = i;
    while (end < text->size() && IsHex((*text)[end])) ++end;
    if (CountsAsId(std::string_view(*text).substr(i, end - i))) {
      std::fill(text->begin() + static_cast<ptrdiff_t>(i),
                text->begin() + static_cast<ptrdiff_t>(end), kAnyDigit);
    }
    i = end;
  }
}

bool HasAll(std::string_view filter, std::string_view blanked) {
  for (size_t i = 0; i + 2 < blanked.size(); ++i) {
    if (!HasTrigram(filter, Pack(blanked[i], blanked[i + 1], blanked[i + 2]))) return false;
  }
  return true;
}

// How much of a text's end (or begin) decides what trigrams a slot behind (before) it makes: what
// may be one run with the slot's value, two bytes, and the run that those are in.
size_t ContextBytes(std::string_view text, bool at_end) {
  const auto at = [&](size_t i) { return text[at_end ? text.size() - 1 - i : i]; };
  size_t n = 0;
  while (n < text.size() && IsHex(at(n))) ++n;
  n = std::min(n + 2, text.size());
  while (n < text.size() && IsHex(at(n))) ++n;
  return n;
}

// Slots so near to one another that their trigrams cannot be told apart.
struct SlotGroup {
  size_t first = 0;
  size_t last = 0;
  std::string_view before;
  std::string_view behind;
};

std::vector<SlotGroup> GroupsOf(const std::vector<std::string_view>& texts) {
  std::vector<SlotGroup> groups;
  for (size_t slot = 0; slot + 1 < texts.size(); ++slot) {
    const std::string_view before = texts[slot];
    const size_t end = ContextBytes(before, true);
    const bool apart = groups.empty() || ContextBytes(before, false) + end <= before.size();
    if (apart) {
      groups.push_back({slot, slot, before.substr(before.size() - end), {}});
    } else {
      groups.back().last = slot;
    }
    const std::string_view behind = texts[slot + 1];
    groups.back().behind = behind.substr(0, ContextBytes(behind, false));
  }
  return groups;
}

// Appends what tells apart values that make different trigrams: of ids only whether they have one
// byte, two or more counts. It is no longer than the value and one byte more.
void AppendOutline(std::string_view value, std::string* out) {
  const size_t before = out->size();
  out->resize(before + value.size() + 1);
  char* at = out->data() + before;
  for (size_t i = 0; i < value.size();) {
    size_t end = i;
    bool digit = false;
    while (end < value.size() && IsHex(value[end])) digit |= IsDecimal(value[end++]);
    if (end == i) {
      *at++ = value[i++];
    } else {
      const bool id = digit || end - i >= kIdDigits;
      const size_t bytes = id ? std::min<size_t>(end - i, 3) : end - i;
      if (id) {
        std::memset(at, kAnyDigit, bytes);
      } else {
        std::memcpy(at, value.data() + i, bytes);
      }
      at += bytes;
      i = end;
    }
  }
  *at++ = '\xff';
  out->resize(static_cast<size_t>(at - out->data()));
}

bool SameInGroup(const ShapedValues::Shape& shape, const SlotGroup& group, size_t a, size_t b) {
  for (size_t slot = group.first; slot <= group.last; ++slot) {
    if (shape.slots[slot][a] != shape.slots[slot][b]) return false;
  }
  return true;
}

// Values that fill a slot alone and are ids: all of a length, up to three, are alike.
bool IsIdAlone(std::string_view value) {
  bool hex = !value.empty() && IsHex(value.front());
  if (!hex) return false;
  bool digit = false;
  for (const char c : value) {
    hex &= IsHex(c);
    digit |= IsDecimal(c);
  }
  return hex && (digit || value.size() >= kIdDigits);
}

// The group's values with what decides around them, those of an outline once.
template <typename Visit>
void VisitOutlines(const ShapedValues::Shape& shape, std::span<const std::string_view> texts,
                   const SlotGroup& group, const Visit& visit) {
  absl::flat_hash_set<uint64_t> known;
  std::array<bool, 4> ids_known{};  // by length
  std::string text;
  for (size_t row = 0; row < shape.rows.size(); ++row) {
    if (row > 0 && SameInGroup(shape, group, row - 1, row)) continue;
    const std::string_view first = shape.slots[group.first][row];
    if (group.first == group.last && IsIdAlone(first)) {
      if (std::exchange(ids_known[std::min<size_t>(first.size(), 3)], true)) continue;
    }
    text.clear();
    for (size_t slot = group.first; slot <= group.last; ++slot) {
      AppendOutline(shape.slots[slot][row], &text);
    }
    if (!known.insert(base::Hash64(text)).second) continue;
    text.assign(group.before);
    for (size_t slot = group.first; slot <= group.last; ++slot) {
      if (slot > group.first) text.append(texts[slot]);
      text.append(shape.slots[slot][row]);
    }
    text.append(group.behind);
    visit(text);
  }
}

}  // namespace

void TrigramFilterBuilder::AddText(std::string_view text) {
  if (text.size() < 3) return;
  scratch_.assign(text);
  BlankIds(&scratch_);
  uint32_t trigram = Pack(0, scratch_[0], scratch_[1]);
  for (size_t i = 2; i < scratch_.size(); ++i) {
    trigram = (trigram << 8 | static_cast<uint8_t>(scratch_[i])) & 0xffffff;
    uint64_t& word = seen_[trigram / 64];
    const uint64_t bit = uint64_t{1} << (trigram % 64);
    if ((word & bit) != 0) continue;
    word |= bit;
    trigrams_.push_back(trigram);
  }
}

void TrigramFilterBuilder::Add(const ShapedValues::Shape& shape) {
  const std::vector<std::string_view> texts = TextsOfShape(shape.text);
  if (shape.rows.empty()) return;
  std::string text;
  for (size_t slot = 0; slot < shape.slots.size(); ++slot) {
    text.append(texts[slot]);
    text.append(shape.slots[slot][0]);
  }
  text.append(texts.back());
  AddText(text);
  for (const SlotGroup& group : GroupsOf(texts)) {
    VisitOutlines(shape, texts, group, [this](std::string_view around) { AddText(around); });
  }
}

std::string TrigramFilterBuilder::Take() {
  const size_t bits = std::bit_ceil(std::max(kLeastBits, trigrams_.size() * kBitsEach));
  std::string filter(bits / 8, '\0');
  for (const uint32_t trigram : trigrams_) {
    seen_[trigram / 64] = 0;
    for (const size_t bit : ProbesOf(trigram, bits)) {
      filter[bit / 8] = static_cast<char>(filter[bit / 8] | 1 << (bit % 8));
    }
  }
  trigrams_.clear();
  return filter;
}

bool MayHave(std::string_view filter, std::string_view needle) {
  if (filter.empty() || needle.size() < 3) return true;
  // A run at either end of the needle may go on beyond it, and so count as an id or not.
  size_t begin = 0;
  while (begin < needle.size() && IsHex(needle[begin])) ++begin;
  size_t end = needle.size();
  while (end > begin && IsHex(needle[end - 1])) --end;
  std::string middle(needle.substr(begin, end - begin));
  BlankIds(&middle);
  const std::string_view head = needle.substr(0, begin);
  const std::string_view tail = needle.substr(end);
  for (const bool head_is_id : {false, true}) {
    if (!head_is_id && CountsAsId(head)) continue;
    for (const bool tail_is_id : {false, true}) {
      if (!tail_is_id && CountsAsId(tail)) continue;
      std::string blanked = head_is_id ? std::string(head.size(), kAnyDigit) : std::string(head);
      blanked += middle;
      blanked += tail_is_id ? std::string(tail.size(), kAnyDigit) : std::string(tail);
      if (HasAll(filter, blanked)) return true;
    }
  }
  return false;
}

}  // namespace vedette::logstore
