#include "collector/promql/vector_functions.h"

#include <cmath>

#include "collector/promql/constants.h"
#include "collector/promql/go_math.h"
#include "collector/promql/math.h"

namespace vedette::promql {
namespace {

constexpr uint64_t kDay = 86400;

double Abs(double v) { return std::abs(v); }
double Acos(double v) { return GoAcos(v); }
double Acosh(double v) { return GoAcosh(v); }
double Asin(double v) { return GoAsin(v); }
double Asinh(double v) { return GoAsinh(v); }
double Atan(double v) { return GoAtan(v); }
double Atanh(double v) { return GoAtanh(v); }
double Ceil(double v) { return std::ceil(v); }
double Cos(double v) { return GoCos(v); }
double Cosh(double v) { return GoCosh(v); }
double Deg(double v) { return v * 180 / kPi; }
double Exp(double v) { return GoExp(v); }
double Floor(double v) { return std::floor(v); }
double Ln(double v) { return GoLog(v); }
double Log2(double v) { return GoLog2(v); }
double Log10(double v) { return GoLog10(v); }
double Rad(double v) { return v * kPi / 180; }
double Sgn(double v) { return v < 0 ? -1 : v > 0 ? 1 : v; }
double Sin(double v) { return GoSin(v); }
double Sinh(double v) { return GoSinh(v); }
double Sqrt(double v) { return std::sqrt(v); }
double Tan(double v) { return GoTan(v); }
double Tanh(double v) { return GoTanh(v); }

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
int64_t FloorMod(int64_t a, int64_t b) { return a - FloorDiv(a, b) * b; }

// Go counts from a year so long ago that every time is positive, and wraps round before that: what
// is no date (NaN) still has the same parts here. A multiple of a day.
constexpr uint64_t kGoEpochOffset = 9223372028715321600u;

// Days since 1970-01-01, and seconds within the day.
int64_t UnixDays(int64_t t) {
  const uint64_t days = (static_cast<uint64_t>(t) + kGoEpochOffset) / kDay;
  return static_cast<int64_t>(days) - static_cast<int64_t>(kGoEpochOffset / kDay);
}
int64_t SecondOfDay(int64_t t) {
  return static_cast<int64_t>((static_cast<uint64_t>(t) + kGoEpochOffset) % kDay);
}

struct Date {
  int64_t year = 0;
  int month = 0;  // 1..12
  int day = 0;    // 1..31
};

// Proleptic Gregorian, by eras of 400 years that begin on the first of March.
Date CivilDate(int64_t unix_seconds) {
  const int64_t days = UnixDays(unix_seconds) + 719468;
  const int64_t era = FloorDiv(days, 146097);
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  date.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

bool IsLeap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int DaysIn(int64_t year, int month) {
  if (month == 2) return IsLeap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

double DayOfMonth(int64_t t) { return CivilDate(t).day; }
double DayOfWeek(int64_t t) { return static_cast<double>(FloorMod(UnixDays(t) + 4, 7)); }
double DaysInMonth(int64_t t) {
  const Date date = CivilDate(t);
  return DaysIn(date.year, date.month);
}
double DayOfYear(int64_t t) {
  const Date date = CivilDate(t);
  int day = date.day;
  for (int month = 1; month < date.month; ++month) day += DaysIn(date.year, month);
  return day;
}
double Hour(int64_t t) { return static_cast<double>(SecondOfDay(t) / 3600); }
double Minute(int64_t t) { return static_cast<double>(SecondOfDay(t) % 3600 / 60); }
double Month(int64_t t) { return CivilDate(t).month; }
double Year(int64_t t) { return static_cast<double>(CivilDate(t).year); }

}  // namespace

MathFunction FindMathFunction(FunctionId id) {
  switch (id) {
    case FunctionId::kAbs:
      return Abs;
    case FunctionId::kAcos:
      return Acos;
    case FunctionId::kAcosh:
      return Acosh;
    case FunctionId::kAsin:
      return Asin;
    case FunctionId::kAsinh:
      return Asinh;
    case FunctionId::kAtan:
      return Atan;
    case FunctionId::kAtanh:
      return Atanh;
    case FunctionId::kCeil:
      return Ceil;
    case FunctionId::kCos:
      return Cos;
    case FunctionId::kCosh:
      return Cosh;
    case FunctionId::kDeg:
      return Deg;
    case FunctionId::kExp:
      return Exp;
    case FunctionId::kFloor:
      return Floor;
    case FunctionId::kLn:
      return Ln;
    case FunctionId::kLog10:
      return Log10;
    case FunctionId::kLog2:
      return Log2;
    case FunctionId::kRad:
      return Rad;
    case FunctionId::kSgn:
      return Sgn;
    case FunctionId::kSin:
      return Sin;
    case FunctionId::kSinh:
      return Sinh;
    case FunctionId::kSqrt:
      return Sqrt;
    case FunctionId::kTan:
      return Tan;
    case FunctionId::kTanh:
      return Tanh;
    default:
      return nullptr;
  }
}

DateFunction FindDateFunction(FunctionId id) {
  switch (id) {
    case FunctionId::kDayOfMonth:
      return DayOfMonth;
    case FunctionId::kDayOfWeek:
      return DayOfWeek;
    case FunctionId::kDayOfYear:
      return DayOfYear;
    case FunctionId::kDaysInMonth:
      return DaysInMonth;
    case FunctionId::kHour:
      return Hour;
    case FunctionId::kMinute:
      return Minute;
    case FunctionId::kMonth:
      return Month;
    case FunctionId::kYear:
      return Year;
    default:
      return nullptr;
  }
}

}  // namespace vedette::promql
