#ifndef VEDETTE_COLLECTOR_PROMQL_GO_MATH_H_
#define VEDETTE_COLLECTOR_PROMQL_GO_MATH_H_

// The elementary functions as Prometheus' runtime, Go on amd64, computes them. Each is within a
// unit or two of the last place of the true value, as libm's are, but errs elsewhere: a query's
// result agrees to the last bit only if the same approximations are evaluated in the same order.
// They are published ones: Cephes (trigonometric and hyperbolic functions), FreeBSD's msun
// (logarithms, inverse hyperbolic functions), Shibata's for SIMD (exp), Payne and Hanek's reduction
// of large angles.
//
// NaN gives NaN, and what is not said to be otherwise has C's values at its borders.

namespace vedette::promql {

double GoExp(double x);
// Of a subnormal x: as of the normal number with its bits, as Go's assembly has it.
double GoLog(double x);
double GoLog1p(double x);
double GoLog10(double x);

double GoSin(double x);
double GoCos(double x);
double GoTan(double x);

double GoAsin(double x);
double GoAcos(double x);
double GoAtan(double x);
double GoAtan2(double y, double x);

double GoSinh(double x);
double GoCosh(double x);
double GoTanh(double x);
double GoAsinh(double x);
double GoAcosh(double x);
double GoAtanh(double x);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_GO_MATH_H_
