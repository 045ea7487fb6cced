#ifndef VEDETTE_COLLECTOR_PROMQL_HORNER_H_
#define VEDETTE_COLLECTOR_PROMQL_HORNER_H_

namespace vedette::promql {

// The polynomial with these coefficients, of the highest power first, by Horner's scheme.
template <typename... Rest>
constexpr double Horner(double x, double first, Rest... rest) {
  double value = first;
  ((value = value * x + rest), ...);
  return value;
}

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HORNER_H_
