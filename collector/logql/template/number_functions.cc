#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/logql/parse/units.h"
#include "collector/logql/template/line_template.h"

namespace vedette::logql {
namespace {

using base::InvalidArgument;
using base::StatusOr;
using base::tmpl::Function;
using base::tmpl::Functions;
using base::tmpl::Param;
using base::tmpl::Value;
using NumberArgs = std::span<const Value>;
using NumberKind = Value::Kind;

constexpr size_t kManyNumbers = 1000;

// As arithmetic functions read whatever they are given; 0 where it is no number.
double ToDouble(const Value& v) {
  if (v.is(NumberKind::kDouble)) return v.as_double();
  if (v.is(NumberKind::kInt)) return static_cast<double>(v.as_int());
  if (v.is(NumberKind::kBool)) return v.as_bool() ? 1 : 0;
  if (v.is(NumberKind::kString)) return base::ParseDouble(v.as_string()).value_or(0);
  return 0;
}

// Text may be in any base that Go's literals have; decimals are cut off.
int64_t TextToInt(std::string_view text) {
  const size_t point = text.find('.');
  if (point != std::string_view::npos &&
      text.find_first_not_of("0123456789", point + 1) == std::string_view::npos) {
    text = text.substr(0, point);
  }
  const std::string whole(text);
  char* end = nullptr;
  errno = 0;
  const int64_t value = std::strtoll(whole.c_str(), &end, 0);
  const bool read = !whole.empty() && errno == 0 && *end == '\0' && whole[0] != ' ';
  return read ? value : 0;
}

int64_t ToInt(const Value& v) {
  if (v.is(NumberKind::kInt)) return v.as_int();
  if (v.is(NumberKind::kBool)) return v.as_bool() ? 1 : 0;
  if (v.is(NumberKind::kString)) return TextToInt(v.as_string());
  if (!v.is(NumberKind::kDouble) || !(std::fabs(v.as_double()) < 9.2e18)) return 0;
  return static_cast<int64_t>(v.as_double());
}

// Go's integers wrap around.
int64_t Wrap(uint64_t value) { return static_cast<int64_t>(value); }
uint64_t Bits(int64_t value) { return static_cast<uint64_t>(value); }

int64_t AddInts(int64_t a, int64_t b) { return Wrap(Bits(a) + Bits(b)); }
int64_t SubInts(int64_t a, int64_t b) { return Wrap(Bits(a) - Bits(b)); }
int64_t LargerInt(int64_t a, int64_t b) { return std::max(a, b); }
int64_t SmallerInt(int64_t a, int64_t b) { return std::min(a, b); }
int64_t MulInts(int64_t a, int64_t b) { return Wrap(Bits(a) * Bits(b)); }

// Decimal arithmetic: 1.1 + 2.2 is 3.3. The shortest digits of a double, with all of its own.
long double Decimal(const Value& v) {
  std::string digits;
  base::AppendFloatG(ToDouble(v), &digits);
  return std::strtold(digits.c_str(), nullptr);
}

long double DivDecimals(long double a, long double b) {
  constexpr long double kScale = 1e16L;  // that many decimals are kept
  return std::roundl(a / b * kScale) / kScale;
}

template <int64_t (*kFold)(int64_t, int64_t)>
Function FoldInts(size_t least) {
  return {least, kManyNumbers, [](NumberArgs args) -> StatusOr<Value> {
            int64_t value = ToInt(args[0]);
            for (const Value& next : args.subspan(1)) value = kFold(value, ToInt(next));
            return Value(value);
          }};
}

template <typename Fold>
Function FoldDecimals(Fold fold) {
  return {1, kManyNumbers, [fold](NumberArgs args) -> StatusOr<Value> {
            long double value = Decimal(args[0]);
            for (const Value& next : args.subspan(1)) value = fold(value, Decimal(next));
            return Value(static_cast<double>(value));
          }};
}

template <typename Fold>
Function FoldDoubles(Fold fold) {
  return {1, kManyNumbers, [fold](NumberArgs args) -> StatusOr<Value> {
            double value = ToDouble(args[0]);
            for (const Value& next : args.subspan(1)) value = fold(value, ToDouble(next));
            return Value(value);
          }};
}

Function DivideInts(bool remainder) {
  return {2, 2, [remainder](NumberArgs args) -> StatusOr<Value> {
            const int64_t a = ToInt(args[0]);
            const int64_t b = ToInt(args[1]);
            if (b == 0) return InvalidArgument("runtime error: integer divide by zero");
            if (b == -1) return Value(remainder ? 0 : Wrap(0 - Bits(a)));
            return Value(remainder ? a % b : a / b);
          }};
}

Function OnDouble(double (*f)(double)) {
  return {1, 1, [f](NumberArgs args) -> StatusOr<Value> { return Value(f(ToDouble(args[0]))); }};
}

// round VALUE PRECISION [ROUND_ON]
StatusOr<Value> RoundTo(NumberArgs args) {
  const double on = args.size() > 2 ? ToDouble(args[2]) : 0.5;
  const double power = std::pow(10.0, ToDouble(args[1]));
  const double digit = power * ToDouble(args[0]);
  double whole = 0;
  const double part = std::modf(digit, &whole);
  return Value((part >= on ? std::ceil(digit) : std::floor(digit)) / power);
}

StatusOr<Value> ReadDuration(NumberArgs args) {
  const std::string& text = args[0].as_string();
  if (const auto nanos = ParseGoDuration(text)) return Value(static_cast<double>(*nanos) / 1e9);
  return InvalidArgument(WhyNoDuration(text));
}

StatusOr<Value> ReadBytes(NumberArgs args) {
  const std::string& text = args[0].as_string();
  if (const auto bytes = ParseBytes(text)) return Value(*bytes);
  return InvalidArgument(WhyNoBytes(text));
}

}  // namespace

void AddNumberFunctions(Functions* functions) {
  Functions& f = *functions;
  f["int"] = {1, 1, [](NumberArgs args) -> StatusOr<Value> { return Value(ToInt(args[0])); }};
  f["float64"] = {1, 1,
                  [](NumberArgs args) -> StatusOr<Value> { return Value(ToDouble(args[0])); }};
  f["add"] = FoldInts<AddInts>(1);
  f["sub"] = FoldInts<SubInts>(2);
  f["mul"] = FoldInts<MulInts>(1);
  f["div"] = DivideInts(false);
  f["mod"] = DivideInts(true);
  f["max"] = FoldInts<LargerInt>(1);
  f["min"] = FoldInts<SmallerInt>(1);
  f["addf"] = FoldDecimals([](long double a, long double b) { return a + b; });
  f["subf"] = FoldDecimals([](long double a, long double b) { return a - b; });
  f["mulf"] = FoldDecimals([](long double a, long double b) { return a * b; });
  f["divf"] = FoldDecimals(DivDecimals);
  f["maxf"] = FoldDoubles([](double a, double b) { return std::max(a, b); });
  f["minf"] = FoldDoubles([](double a, double b) { return std::min(a, b); });
  f["ceil"] = OnDouble([](double v) { return std::ceil(v); });
  f["floor"] = OnDouble([](double v) { return std::floor(v); });
  f["round"] = {2, 3, RoundTo};
  f["bytes"] = {1, 1, ReadBytes, {Param::kString}};
  f["duration"] = {1, 1, ReadDuration, {Param::kString}};
  f["duration_seconds"] = f["duration"];
}

}  // namespace vedette::logql
