#ifndef VEDETTE_BASE_NUMBER_TEXT_H_
#define VEDETTE_BASE_NUMBER_TEXT_H_

#include <cstdint>
#include <string>

// Floats as text: the shortest digits that read back to the same bits, laid out as Go lays them
// out.

namespace vedette::base {

// strconv.FormatFloat(v, 'g', -1, 64): exposition; an exponent of two digits when
// it is < -4 or >= 6 (100000, 1e+06, 1.073741824e+09, 1e-05; 21 is the limit of JSON alone), and
// "+Inf", "-Inf", "NaN".
void AppendFloatG(double v, std::string* out);
// strconv.FormatFloat(v, 'f', -1, 64): Prometheus' JSON API sample values; never an exponent.
void AppendFloatF(double v, std::string* out);
// Milliseconds since the epoch as seconds with up to three decimals: 1435781430.781, 1435781430.
void AppendSeconds(int64_t ms, std::string* out);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_NUMBER_TEXT_H_
