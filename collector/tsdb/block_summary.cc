#include "collector/tsdb/block_summary.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "model/sample.h"

namespace vedette::tsdb {
namespace {

constexpr unsigned kReset = 1;
constexpr unsigned kNan = 2;
constexpr unsigned kStale = 4;
constexpr unsigned kAllFlags = 7;
constexpr unsigned kLengthBits = 4;
constexpr unsigned kLengthMask = 15;

// Bytes from the highest on, without the zeros that end them: few for an integer.
unsigned LengthOf(double v) {
  const auto bits = std::bit_cast<uint64_t>(v);
  return 8 - static_cast<unsigned>(std::countr_zero(bits)) / 8;
}

void PutLeading(double v, std::string* out) {
  const auto bits = std::bit_cast<uint64_t>(v);
  for (unsigned i = 0; i < LengthOf(v); ++i) {
    out->push_back(static_cast<char>(bits >> (56 - 8 * i) & 0xff));
  }
}

double ReadLeading(base::ByteReader* in, unsigned length) {
  uint64_t bits = 0;
  for (unsigned i = 0; i < length; ++i) {
    bits |= static_cast<uint64_t>(in->Fixed<uint8_t>()) << (56 - 8 * i);
  }
  return std::bit_cast<double>(bits);
}

}  // namespace

BlockSummary Summarize(std::span<const double> values) {
  BlockSummary summary;
  summary.min = summary.max = std::numeric_limits<double>::quiet_NaN();
  double before = -std::numeric_limits<double>::infinity();
  for (const double v : values) {
    summary.has_reset = summary.has_reset || v < before;
    before = v;
    if (std::isnan(v)) {
      (model::IsStaleNan(v) ? summary.has_stale : summary.has_nan) = true;
      continue;
    }
    if (!(v >= summary.min)) summary.min = v;
    if (!(v <= summary.max)) summary.max = v;
  }
  return summary;
}

void PutSummary(const BlockSummary& summary, std::string* out) {
  const unsigned flags = (summary.has_reset ? kReset : 0u) | (summary.has_nan ? kNan : 0u) |
                         (summary.has_stale ? kStale : 0u);
  out->push_back(static_cast<char>(flags));
  out->push_back(static_cast<char>(LengthOf(summary.min) | LengthOf(summary.max) << kLengthBits));
  PutLeading(summary.min, out);
  PutLeading(summary.max, out);
}

std::optional<BlockSummary> ReadSummary(base::ByteReader* in) {
  const unsigned flags = in->Fixed<uint8_t>();
  const unsigned lengths = in->Fixed<uint8_t>();
  const unsigned of_min = lengths & kLengthMask;
  const unsigned of_max = lengths >> kLengthBits;
  if (flags > kAllFlags || of_min > sizeof(double) || of_max > sizeof(double)) return std::nullopt;
  BlockSummary summary;
  summary.has_reset = (flags & kReset) != 0;
  summary.has_nan = (flags & kNan) != 0;
  summary.has_stale = (flags & kStale) != 0;
  summary.min = ReadLeading(in, of_min);
  summary.max = ReadLeading(in, of_max);
  if (!in->ok()) return std::nullopt;
  return summary;
}

}  // namespace vedette::tsdb
