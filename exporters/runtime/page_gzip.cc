#include "exporters/runtime/page_gzip.h"

#include <zlib.h>  // crc32

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace vedette::exporters {
namespace {

// Words are stored and compared as they stand in memory.
static_assert(std::endian::native == std::endian::little);

// RFC 1951.
constexpr size_t kWindow = 32 * 1024;
constexpr size_t kMinMatch = 4;  // the format has 3; two bytes are not worth a distance
constexpr size_t kMaxMatch = 258;
constexpr int kHashBits = 12;

// Bits from the lowest, as deflate packs them. The caller has made room.
class BitWriter {
 public:
  explicit BitWriter(char* out) : out_(out) {}

  // At most 32 bits.
  void Put(uint64_t bits, int count) {
    pending_ |= bits << used_;
    used_ += count;
    std::memcpy(out_, &pending_, sizeof pending_);
    const int bytes = used_ / 8;
    out_ += bytes;
    pending_ >>= 8 * bytes;
    used_ %= 8;
  }
  // Behind the last byte, which is filled up with zeros.
  char* End() const { return out_ + (used_ > 0 ? 1 : 0); }

 private:
  char* out_;
  uint64_t pending_ = 0;
  int used_ = 0;
};

// Codes stand from their highest bit.
constexpr uint32_t Reversed(uint32_t code, int length) {
  uint32_t out = 0;
  for (int i = 0; i < length; ++i) out |= (code >> i & 1) << (length - 1 - i);
  return out;
}

struct Code {
  uint16_t bits = 0;  // reversed
  uint8_t length = 0;
};

// Section 3.2.6: the fixed codes of literals and lengths.
constexpr std::array<Code, 288> MakeLiteralCodes() {
  std::array<Code, 288> codes{};
  for (uint32_t s = 0; s < codes.size(); ++s) {
    const auto [code, length] = s < 144   ? std::pair(0x30 + s, 8)
                                : s < 256 ? std::pair(0x190 + s - 144, 9)
                                : s < 280 ? std::pair(s - 256, 7)
                                          : std::pair(0xC0 + s - 280, 8);
    codes[s] = {static_cast<uint16_t>(Reversed(code, length)), static_cast<uint8_t>(length)};
  }
  return codes;
}
constexpr std::array<Code, 288> kLiterals = MakeLiteralCodes();

// Section 3.2.5: a length or distance is a symbol and extra bits. For v = length - 3 or distance -
// 1, `per` symbols share a number of extra bits (4 and 2), which grows by one from group to group.
struct Split {
  uint32_t symbol = 0;
  uint32_t extra = 0;
  int extra_bits = 0;
};
constexpr Split SplitValue(uint32_t v, int group_bits) {
  if (v < (2u << group_bits)) return {v, 0, 0};
  const int extra_bits = static_cast<int>(std::bit_width(v)) - 1 - group_bits;
  const uint32_t symbol = (static_cast<uint32_t>(extra_bits) << group_bits) + (v >> extra_bits);
  return {symbol, v & ((1u << extra_bits) - 1), extra_bits};
}

void PutLiteral(uint32_t symbol, BitWriter* out) {
  out->Put(kLiterals[symbol].bits, kLiterals[symbol].length);
}

void PutMatch(size_t length, size_t distance, BitWriter* out) {
  if (length == kMaxMatch) {
    PutLiteral(285, out);
  } else {
    const Split split = SplitValue(static_cast<uint32_t>(length - 3), 2);
    PutLiteral(257 + split.symbol, out);
    out->Put(split.extra, split.extra_bits);
  }
  const Split split = SplitValue(static_cast<uint32_t>(distance - 1), 1);
  out->Put(Reversed(split.symbol, 5) | uint64_t{split.extra} << 5, 5 + split.extra_bits);
}

uint64_t Load(const char* at, size_t bytes) {
  uint64_t value = 0;
  std::memcpy(&value, at, bytes);
  return value;
}

size_t HashOf(const char* at) {
  return static_cast<uint32_t>(Load(at, 4)) * 0x9E3779B1u >> (32 - kHashBits);
}

size_t CommonLength(const char* a, const char* b, const char* end) {
  const char* const begin = b;
  end = std::min(end, b + kMaxMatch);
  while (end - b >= 8) {
    const uint64_t differs = Load(a, 8) ^ Load(b, 8);
    if (differs != 0) return static_cast<size_t>(b - begin + std::countr_zero(differs) / 8);
    a += 8;
    b += 8;
  }
  while (b < end && *a == *b) ++a, ++b;
  return static_cast<size_t>(b - begin);
}

// One block of fixed codes: greedy matches with the last place that began with the same bytes.
void Deflate(std::string_view page, BitWriter* out) {
  out->Put(0b011, 3);                                  // the last block, fixed codes
  std::vector<uint32_t> last(size_t{1} << kHashBits);  // positions, plus one
  const char* const begin = page.data();
  const char* const end = begin + page.size();
  const char* at = begin;
  while (static_cast<size_t>(end - at) >= kMinMatch) {
    uint32_t& slot = last[HashOf(at)];
    const size_t here = static_cast<size_t>(at - begin);
    const size_t there = slot;
    slot = static_cast<uint32_t>(here + 1);
    if (there != 0 && here - (there - 1) <= kWindow) {
      const size_t length = CommonLength(begin + there - 1, at, end);
      if (length >= kMinMatch) {
        PutMatch(length, here - (there - 1), out);
        at += length;
        continue;
      }
    }
    PutLiteral(static_cast<unsigned char>(*at++), out);
  }
  while (at < end) PutLiteral(static_cast<unsigned char>(*at++), out);
  PutLiteral(256, out);
}

// No name, no time, the fastest of ways.
constexpr char kHead[] = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 4, '\xff'};

// A literal takes nine bits at most, and a match less than its literals; whole words are stored.
size_t MostBytes(size_t page) { return sizeof kHead + page + page / 8 + 32; }

}  // namespace

std::string GzipPage(std::string_view page) {
  const auto buffer = std::make_unique_for_overwrite<char[]>(MostBytes(page.size()));
  std::memcpy(buffer.get(), kHead, sizeof kHead);
  BitWriter bits(buffer.get() + sizeof kHead);
  Deflate(page, &bits);
  char* const tail = bits.End();
  const auto crc =
      static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(page.data()), page.size()));
  const auto size = static_cast<uint32_t>(page.size());
  std::memcpy(tail, &crc, sizeof crc);
  std::memcpy(tail + sizeof crc, &size, sizeof size);
  return std::string(buffer.get(), tail + sizeof crc + sizeof size);
}

}  // namespace vedette::exporters
