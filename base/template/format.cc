#include "base/template/format.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace vedette::base::tmpl {
namespace {

constexpr int kMaxWidth = 1000;

struct Spec {
  bool minus = false;
  bool plus = false;
  bool sharp = false;
  bool space = false;
  bool zero = false;
  int width = -1;
  int precision = -1;
  char verb = 'v';
};

std::string Digits(double v, std::chars_format format, int precision) {
  std::array<char, 1500> buffer;  // %f of the largest double has 309 digits before the point
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), v, format, precision);
  return std::string(buffer.data(), result.ptr);
}

// Shortest digits of a finite, non-negative number, laid out by `verb` (e, f or g).
std::string Shortest(double v, char verb) {
  std::array<char, 64> buffer;
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), v, std::chars_format::scientific);
  const std::string text(buffer.data(), result.ptr);
  const size_t e = text.find('e');
  const int exponent =
      static_cast<int>(*ParseInt(text[e + 1] == '+' ? text.substr(e + 2) : text.substr(e + 1)));
  if (verb == 'e' || (verb == 'g' && (exponent < -4 || exponent >= 6))) return text;
  const int fraction = static_cast<int>(e > 1 ? e - 2 : 0);  // digits behind the point
  return Digits(v, std::chars_format::fixed, std::max(0, fraction - exponent));
}

std::string Magnitude(double v, char verb, int precision) {
  if (verb == 'F') verb = 'f';
  const bool upper = verb == 'E' || verb == 'G';
  const char lower = upper ? static_cast<char>(verb + ('a' - 'A')) : verb;
  if (precision < 0 && lower == 'g') return Shortest(v, 'g');
  if (precision < 0) precision = 6;
  const auto format = lower == 'e'   ? std::chars_format::scientific
                      : lower == 'f' ? std::chars_format::fixed
                                     : std::chars_format::general;
  std::string text = Digits(v, format, precision);
  if (upper) {
    for (char& c : text) c = c == 'e' ? 'E' : c;
  }
  return text;
}

// Sign, padding and width around a number's digits.
std::string Pad(const Spec& spec, std::string sign, std::string digits, bool zero_allowed) {
  size_t columns = sign.size();  // Go counts runes
  for (const char c : digits) columns += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  const size_t width = spec.width < 0 ? 0 : static_cast<size_t>(spec.width);
  if (columns >= width) return sign + digits;
  const size_t fill = width - columns;
  if (spec.minus) return sign + digits + std::string(fill, ' ');
  if (spec.zero && zero_allowed) return sign + std::string(fill, '0') + digits;
  return std::string(fill, ' ') + sign + digits;
}

std::string SignOf(const Spec& spec, bool negative) {
  return negative ? "-" : spec.plus ? "+" : spec.space ? " " : "";
}

std::string FormatDouble(const Spec& spec, double v) {
  const char verb = spec.verb == 'v' ? 'g' : spec.verb;
  if (std::isnan(v)) return Pad(spec, spec.plus ? "+" : "", "NaN", false);
  const bool negative = std::signbit(v);
  if (std::isinf(v)) return Pad(spec, negative ? "-" : "+", "Inf", false);
  return Pad(spec, SignOf(spec, negative), Magnitude(std::fabs(v), verb, spec.precision), true);
}

std::string FormatInt(const Spec& spec, int64_t v) {
  const bool negative = v < 0;
  const uint64_t magnitude = negative ? 0 - static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
  int base = 10;
  if (spec.verb == 'b') base = 2;
  if (spec.verb == 'o') base = 8;
  if (spec.verb == 'x' || spec.verb == 'X') base = 16;
  std::array<char, 72> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude, base);
  std::string digits(buffer.data(), result.ptr);
  if (spec.verb == 'X') {
    for (char& c : digits) c = c >= 'a' ? static_cast<char>(c - ('a' - 'A')) : c;
  }
  if (spec.precision > static_cast<int>(digits.size())) {
    digits.insert(0, static_cast<size_t>(spec.precision) - digits.size(), '0');
  }
  std::string sign = SignOf(spec, negative);
  if (spec.sharp && base == 16) sign += spec.verb == 'x' ? "0x" : "0X";
  if (spec.sharp && base == 8) sign += "0";
  return Pad(spec, sign, digits, spec.precision < 0);
}

std::string FormatRune(const Spec& spec, int64_t v) {
  if (spec.verb == 'U') {
    std::array<char, 24> buffer;
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v, 16);
    std::string hex(buffer.data(), result.ptr);
    for (char& c : hex) c = c >= 'a' ? static_cast<char>(c - ('a' - 'A')) : c;
    return Pad(spec, "U+", std::string(hex.size() < 4 ? 4 - hex.size() : 0, '0') + hex, false);
  }
  std::string text(1, static_cast<char>(v));
  if (v < 0 || v > 0x7f) text = "\xef\xbf\xbd";  // beyond ASCII only U+FFFD is printed
  return Pad(spec, "", spec.verb == 'q' ? "'" + text + "'" : text, false);
}

std::string HexOf(std::string_view text, bool upper) {
  const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(digits[byte >> 4]);
    out.push_back(digits[byte & 15]);
  }
  return out;
}

// The first `n` characters (not bytes).
std::string_view Runes(std::string_view text, int n) {
  if (n < 0) return text;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) continue;
    if (n-- == 0) return text.substr(0, i);
  }
  return text;
}

std::string FormatText(const Spec& spec, std::string_view text) {
  text = Runes(text, spec.precision);
  if (spec.verb == 'q') return Pad(spec, "", GoQuote(text), false);
  if (spec.verb == 'x' || spec.verb == 'X')
    return Pad(spec, "", HexOf(text, spec.verb == 'X'), false);
  return Pad(spec, "", std::string(text), true);
}

std::string BadVerb(const Spec& spec, const Value& v) {
  if (v.is(Value::Kind::kNull)) return "%!" + std::string(1, spec.verb) + "(<nil>)";
  return Concat({"%!", std::string(1, spec.verb), "(", v.TypeName(), "=", v.ToText(), ")"});
}

bool OneOf(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

std::string FormatOne(const Spec& spec, const Value& v) {
  if (spec.verb == 'T') return std::string(v.is(Value::Kind::kNull) ? "<nil>" : v.TypeName());
  switch (v.kind()) {
    case Value::Kind::kInt:
      if (OneOf(spec.verb, "vdboxX")) return FormatInt(spec, v.as_int());
      if (OneOf(spec.verb, "cqU")) return FormatRune(spec, v.as_int());
      return BadVerb(spec, v);
    case Value::Kind::kDouble:
      return OneOf(spec.verb, "veEfFgG") ? FormatDouble(spec, v.as_double()) : BadVerb(spec, v);
    case Value::Kind::kBool:
      return OneOf(spec.verb, "vt") ? Pad(spec, "", v.ToText(), false) : BadVerb(spec, v);
    case Value::Kind::kString:
      return OneOf(spec.verb, "vsqxX") ? FormatText(spec, v.as_string()) : BadVerb(spec, v);
    case Value::Kind::kNull:
      return spec.verb == 'v' ? Pad(spec, "", "<nil>", false) : BadVerb(spec, v);
    case Value::Kind::kTime:
    case Value::Kind::kList:
    case Value::Kind::kMap:
      return OneOf(spec.verb, "vs") ? Pad(spec, "", v.ToText(), false) : BadVerb(spec, v);
  }
  return {};
}

// A number of the directive; capped, so that a format cannot ask for gigabytes.
int ReadNumber(std::string_view format, size_t* at) {
  int value = 0;
  while (*at < format.size() && format[*at] >= '0' && format[*at] <= '9') {
    value = std::min(value * 10 + (format[*at] - '0'), kMaxWidth);
    ++*at;
  }
  return value;
}

// Reads flags, width and precision behind a '%'.
Spec ReadSpec(std::string_view format, size_t* at) {
  Spec spec;
  for (; *at < format.size() && OneOf(format[*at], "-+# 0"); ++*at) {
    const char c = format[*at];
    spec.minus |= c == '-';
    spec.plus |= c == '+';
    spec.sharp |= c == '#';
    spec.space |= c == ' ';
    spec.zero |= c == '0';
  }
  if (*at < format.size() && format[*at] >= '1' && format[*at] <= '9') {
    spec.width = ReadNumber(format, at);
  }
  if (*at < format.size() && format[*at] == '.') {
    ++*at;
    spec.precision = ReadNumber(format, at);
  }
  return spec;
}

}  // namespace

std::string FloatText(double v) {
  Spec spec;
  return FormatDouble(spec, v);
}

std::string Sprintf(std::string_view format, std::span<const Value> args) {
  std::string out;
  size_t used = 0;
  for (size_t at = 0; at < format.size();) {
    if (format[at] != '%') {
      out.push_back(format[at++]);
      continue;
    }
    ++at;
    Spec spec = ReadSpec(format, &at);
    if (at >= format.size()) {
      out += "%!(NOVERB)";
      break;
    }
    spec.verb = format[at++];
    if (spec.verb == '%') {
      out.push_back('%');
    } else if (used >= args.size()) {
      out += Concat({"%!", std::string(1, spec.verb), "(MISSING)"});
    } else {
      out += FormatOne(spec, args[used++]);
    }
  }
  if (used >= args.size()) return out;
  out += "%!(EXTRA ";
  for (size_t i = used; i < args.size(); ++i) {
    if (i > used) out += ", ";
    out += args[i].is(Value::Kind::kNull) ? "<nil>"
                                          : Concat({args[i].TypeName(), "=", args[i].ToText()});
  }
  return out + ")";
}

std::string Sprint(std::span<const Value> args) {
  std::string out;
  for (size_t i = 0; i < args.size(); ++i) {
    if (i > 0 && !args[i].is(Value::Kind::kString) && !args[i - 1].is(Value::Kind::kString)) {
      out.push_back(' ');
    }
    out += args[i].is(Value::Kind::kNull) ? "<nil>" : args[i].ToText();
  }
  return out;
}

std::string Sprintln(std::span<const Value> args) {
  std::string out;
  for (size_t i = 0; i < args.size(); ++i) {
    if (i > 0) out.push_back(' ');
    out += args[i].is(Value::Kind::kNull) ? "<nil>" : args[i].ToText();
  }
  return out + "\n";
}

}  // namespace vedette::base::tmpl
