#ifndef VEDETTE_BASE_DECIMAL_DIGITS_H_
#define VEDETTE_BASE_DECIMAL_DIGITS_H_

#include <cstddef>
#include <string>

namespace vedette::base {

// A finite double as its shortest decimal digits: 0.DIGITS is never meant, D.IGITS * 10^exponent
// is.
struct DecimalDigits {
  static constexpr size_t kMost = 17;  // digits

  bool negative = false;
  char digits[kMost] = {};
  size_t count = 0;
  int exponent = 0;
};

DecimalDigits ShortestDigits(double v);  // v finite
void AppendFixed(const DecimalDigits& d, std::string* out);
void AppendScientific(const DecimalDigits& d, int min_exponent_digits, std::string* out);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_DECIMAL_DIGITS_H_
