#include "collector/tsdb/decimals.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace vedette::tsdb {
namespace {

constexpr double kMaxInteger = 9007199254740992.0;   // 2^53
constexpr double kAllIntegers = 4503599627370496.0;  // 2^52: every double above is one
constexpr size_t kProbes = 8;
constexpr size_t kExceptionShare = 8;
constexpr size_t kProbeShare = 4;  // few probes may meet more than their share of exceptions
// What an exception costs, and a digit more in all the others, in bytes.
constexpr double kExceptionBytes = 9.5;
constexpr double kDigitBytes = 0.415;

// How many values need each exponent; the last place is for those that none suits.
using Needs = std::array<size_t, kMaxExponent + 2>;

struct Scale {
  unsigned exponent = 0;
  bool multiplied = false;

  double Back(int64_t integer) const {
    const auto v = static_cast<double>(integer);
    return multiplied ? v * kInversePowers[exponent] : v / kPowers[exponent];
  }
  // The integer that gives `v` to the bit, if there is one.
  bool Fits(double v, int64_t* integer) const {
    const double scaled = v * kPowers[exponent];
    const double magnitude = std::fabs(scaled);
    if (!(magnitude <= kMaxInteger)) return false;  // also NaN
    const double half = magnitude < kAllIntegers ? std::copysign(0.5, scaled) : 0.0;
    *integer = static_cast<int64_t>(scaled + half);
    return std::bit_cast<uint64_t>(Back(*integer)) == std::bit_cast<uint64_t>(v);
  }
};

// The smallest exponent from `from` on, kMaxExponent + 1 for none.
unsigned NeedOf(double v, unsigned from, bool multiplied) {
  int64_t ignored = 0;
  unsigned e = from;
  while (e <= kMaxExponent && !Scale{e, multiplied}.Fits(v, &ignored)) ++e;
  return e;
}

// The exponent at which digits and exceptions together are cheapest, of those that leave no more
// than `allowed` exceptions.
unsigned Cheapest(const Needs& needs, size_t n, size_t allowed) {
  double best_bytes = INFINITY;
  unsigned best = kMaxExponent;
  size_t beyond = n;
  for (unsigned e = 0; e <= kMaxExponent; ++e) {
    beyond -= needs[e];
    if (beyond > allowed) continue;
    const double bytes =
        static_cast<double>(n * e) * kDigitBytes + static_cast<double>(beyond) * kExceptionBytes;
    if (bytes < best_bytes) {
      best_bytes = bytes;
      best = e;
    }
  }
  return best;
}

// What a few values across the column say.
std::optional<unsigned> Probe(std::span<const double> values, bool multiplied) {
  const size_t probes = std::min(kProbes, values.size());
  Needs needs{};
  for (size_t i = 0; i < probes; ++i) {
    ++needs[NeedOf(values[i * values.size() / probes], 0, multiplied)];
  }
  const size_t allowed = probes / kProbeShare;
  if (needs[kMaxExponent + 1] > allowed) return std::nullopt;
  return Cheapest(needs, probes, allowed);
}

Decimals Apply(std::span<const double> values, Scale scale) {
  Decimals out;
  out.exponent = scale.exponent;
  out.multiplied = scale.multiplied;
  out.integers.resize(values.size());
  int64_t last = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    int64_t integer = 0;
    if (scale.Fits(values[i], &integer)) {
      last = integer;
    } else {
      out.exceptions.push_back(static_cast<uint32_t>(i));
    }
    out.integers[i] = last;
  }
  return out;
}

// The probes may have missed values with more digits.
unsigned Reconsider(std::span<const double> values, const Decimals& found) {
  Needs needs{};
  needs[found.exponent] = values.size() - found.exceptions.size();
  for (const uint32_t i : found.exceptions) {
    ++needs[NeedOf(values[i], found.exponent + 1, found.multiplied)];
  }
  return std::max(found.exponent, Cheapest(needs, values.size(), values.size() / kExceptionShare));
}

std::optional<Decimals> Find(std::span<const double> values, bool multiplied) {
  const std::optional<unsigned> probed = Probe(values, multiplied);
  if (!probed) return std::nullopt;
  Decimals found = Apply(values, {*probed, multiplied});
  if (!found.exceptions.empty()) {
    const unsigned exponent = Reconsider(values, found);
    if (exponent != found.exponent) found = Apply(values, {exponent, multiplied});
  }
  if (found.exceptions.size() > values.size() / kExceptionShare) return std::nullopt;
  return found;
}

}  // namespace

std::optional<Decimals> FindDecimals(std::span<const double> values) {
  std::optional<Decimals> divided = Find(values, false);
  if (divided && divided->exceptions.empty()) return divided;
  std::optional<Decimals> multiplied = Find(values, true);
  if (!multiplied) return divided;
  if (!divided) return multiplied;
  return multiplied->exceptions.size() < divided->exceptions.size() ? multiplied : divided;
}

}  // namespace vedette::tsdb
