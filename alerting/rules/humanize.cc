#include "alerting/rules/humanize.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "base/strings.h"
#include "base/template/format.h"

namespace vedette::rules {
namespace {

std::string FourDigits(double v) {
  const base::tmpl::Value value(v);
  return base::tmpl::Sprintf("%.4g", {&value, 1});
}

bool IsPlain(double v) { return std::isnan(v) || std::isinf(v); }

// Divides or multiplies by 1000 until the number has one to three digits before the point.
std::string WithSmallPrefix(double v, std::string_view unit) {
  std::string_view prefix;
  for (const std::string_view p : {"m", "u", "n", "p", "f", "a", "z", "y"}) {
    if (std::fabs(v) >= 1) break;
    prefix = p;
    v *= 1000;
  }
  return base::Concat({FourDigits(v), prefix, unit});
}

}  // namespace

std::string Humanize(double v) {
  if (v == 0 || IsPlain(v)) return FourDigits(v);
  if (std::fabs(v) < 1) return WithSmallPrefix(v, "");
  std::string_view prefix;
  for (const std::string_view p : {"k", "M", "G", "T", "P", "E", "Z", "Y"}) {
    if (std::fabs(v) < 1000) break;
    prefix = p;
    v /= 1000;
  }
  return base::Concat({FourDigits(v), prefix});
}

std::string Humanize1024(double v) {
  if (std::fabs(v) <= 1 || IsPlain(v)) return FourDigits(v);
  std::string_view prefix;
  for (const std::string_view p : {"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"}) {
    if (std::fabs(v) < 1024) break;
    prefix = p;
    v /= 1024;
  }
  return base::Concat({FourDigits(v), prefix});
}

std::string HumanizeDuration(double seconds) {
  constexpr double kMaxSeconds = 9.2e18;  // beyond, the whole seconds do not fit an integer
  if (IsPlain(seconds) || std::fabs(seconds) > kMaxSeconds) return FourDigits(seconds);
  if (seconds == 0) return FourDigits(seconds) + "s";
  if (std::fabs(seconds) < 1) return WithSmallPrefix(seconds, "s");
  const std::string sign = seconds < 0 ? "-" : "";
  const double magnitude = std::fabs(seconds);
  const auto whole = static_cast<int64_t>(magnitude);
  const std::string s = std::to_string(whole % 60) + "s";
  const std::string m = std::to_string(whole / 60 % 60) + "m ";
  const std::string h = std::to_string(whole / 3600 % 24) + "h ";
  const std::string d = std::to_string(whole / 86400) + "d ";
  if (whole >= 86400) return sign + d + h + m + s;
  if (whole >= 3600) return sign + h + m + s;
  if (whole >= 60) return sign + m + s;
  return sign + FourDigits(magnitude) + "s";
}

std::string HumanizePercentage(double ratio) { return FourDigits(ratio * 100) + "%"; }

bool HumanizeTimestamp(double unix_seconds, std::string* out) {
  if (IsPlain(unix_seconds)) {
    *out = FourDigits(unix_seconds);
    return true;
  }
  constexpr double kLimit = 9.2e9;  // what fits nanoseconds in 64 bits
  if (std::fabs(unix_seconds) > kLimit) {
    *out = "out of range: " + FourDigits(unix_seconds);
    return false;
  }
  const auto nanos = static_cast<int64_t>(unix_seconds * 1e9);
  int64_t whole = nanos / 1'000'000'000;
  int64_t rest = nanos % 1'000'000'000;
  if (rest < 0) {
    rest += 1'000'000'000;
    --whole;
  }
  const std::time_t time = static_cast<std::time_t>(whole);
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> buffer{};
  std::strftime(buffer.data(), buffer.size(), "%Y-%m-%d %H:%M:%S", &parts);
  *out = buffer.data();
  if (rest != 0) {
    std::string digits = std::to_string(rest);
    digits.insert(0, 9 - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    *out += "." + digits;
  }
  *out += " +0000 UTC";
  return true;
}

}  // namespace vedette::rules
