#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "base/json_writer.h"
#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::base {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

std::string G(double v) {
  std::string out;
  AppendFloatG(v, &out);
  return out;
}

std::string F(double v) {
  std::string out;
  AppendFloatF(v, &out);
  return out;
}

std::string Json(double v) {
  std::string out;
  JsonWriter(&out).Double(v);
  return out;
}

TEST(NumberText, FloatsAreLaidOutAsGoDoes) {
  const struct {
    double value;
    const char* g;
    const char* f;
    const char* json;
  } kCases[] = {
      {0, "0", "0", "0"},
      {-0.0, "-0", "-0", "-0"},
      {1, "1", "1", "1"},
      {0.1, "0.1", "0.1", "0.1"},
      {-2.5, "-2.5", "-2.5", "-2.5"},
      {100000, "100000", "100000", "100000"},
      {123456.7, "123456.7", "123456.7", "123456.7"},
      {999999, "999999", "999999", "999999"},
      {1e6, "1e+06", "1000000", "1000000"},
      {2786288, "2.786288e+06", "2786288", "2786288"},
      {1073741824, "1.073741824e+09", "1073741824", "1073741824"},
      {1.5e-5, "1.5e-05", "0.000015", "0.000015"},
      {0.0001, "0.0001", "0.0001", "0.0001"},
      {1e-6, "1e-06", "0.000001", "0.000001"},
      {1e-7, "1e-07", "0.0000001", "1e-7"},
      {1e20, "1e+20", "100000000000000000000", "100000000000000000000"},
      {1e21, "1e+21", "1000000000000000000000", "1e+21"},
      {1e23, "1e+23", "100000000000000000000000", "1e+23"},
      {1e100, "1e+100", nullptr, "1e+100"},
      {1.7976931348623157e308, "1.7976931348623157e+308", nullptr, "1.7976931348623157e+308"},
      {5e-324, "5e-324", nullptr, "5e-324"},
      // The shortest digits filled with zeros, not the exact integer.
      {9223372036854775807.0, "9.223372036854776e+18", "9223372036854776000",
       "9223372036854776000"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.g);
    EXPECT_EQ(G(c.value), c.g);
    EXPECT_EQ(F(c.value), c.f == nullptr ? F(c.value) : c.f);
    EXPECT_EQ(Json(c.value), c.json);
  }
  for (const auto& [value, text] :
       {std::pair{kInf, "+Inf"}, std::pair{-kInf, "-Inf"}, std::pair{std::nan(""), "NaN"}}) {
    EXPECT_EQ(G(value), text);
    EXPECT_EQ(F(value), text);
  }
}

TEST(NumberText, EveryDoubleReadsBackToItsBits) {
  std::mt19937_64 random(42);
  for (int i = 0; i < 20000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(*ParseDouble(G(value)), value);
    EXPECT_EQ(*ParseDouble(F(value)), value);
  }
}

TEST(NumberText, SecondsHaveUpToThreeDecimals) {
  const struct {
    int64_t ms;
    const char* text;
  } kCases[] = {{1435781430781, "1435781430.781"},
                {1435781430000, "1435781430"},
                {0, "0"},
                {1500, "1.5"},
                {10, "0.01"},
                {-1, "-0.001"},
                {-2500, "-2.5"},
                {std::numeric_limits<int64_t>::min(), "-9223372036854775.808"}};
  for (const auto& c : kCases) {
    std::string out;
    AppendSeconds(c.ms, &out);
    EXPECT_EQ(out, c.text);
  }
}

TEST(Strings, NumbersAreReadWholeOrNotAtAll) {
  EXPECT_EQ(ParseInt("-12"), -12);
  EXPECT_EQ(ParseInt("+12"), 12);
  EXPECT_EQ(ParseUint("18446744073709551615"), std::numeric_limits<uint64_t>::max());
  for (const char* bad :
       {"", " 1", "1 ", "1x", "+-1", "--1", "99999999999999999999", "0x10", "1.0"}) {
    EXPECT_FALSE(ParseInt(bad)) << bad;
  }
  const struct {
    const char* text;
    double value;
  } kGood[] = {{"1", 1},      {"+1.5", 1.5},       {"-.5", -.5},
               {"5.", 5},     {"1e3", 1000},       {"1E+3", 1000},
               {"inf", kInf}, {"-Inf", -kInf},     {"+INFINITY", kInf},
               {"1e-999", 0}, {"4.9e-324", 5e-324}};
  for (const auto& c : kGood) EXPECT_EQ(ParseDouble(c.text), c.value) << c.text;
  EXPECT_TRUE(std::isnan(*ParseDouble("NaN")));
  EXPECT_TRUE(std::signbit(*ParseDouble("-0")));
  for (const char* bad : {"", "+", "-", ".", "e5", "1e", "1e999", "0x10", "1_000", "-nan", "nan(1)",
                          "infinit", "1 ", "+-1", "++1", "1.2.3"}) {
    EXPECT_FALSE(ParseDouble(bad)) << bad;
  }
}

TEST(Strings, SplitJoinTrim) {
  EXPECT_EQ(Split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(Split("", ','), std::vector<std::string_view>{""});
  EXPECT_EQ(Join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(Trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(Trim(" \n"), "");
  EXPECT_TRUE(EqualsIgnoreCase("GZip", "gzip"));
  EXPECT_FALSE(EqualsIgnoreCase("gzip", "gzi"));
}

TEST(Strings, Utf8IsJudgedAsGoDoes) {
  const struct {
    std::string_view text;
    bool valid;
    std::string_view repaired;
  } kCases[] = {
      {"", true, ""},
      {"grün €𝄞", true, "grün €𝄞"},
      {"\xff", false, "\uFFFD"},
      {"a\xc3", false, "a\uFFFD"},
      {"\xe2\x82", false, "\uFFFD\uFFFD"},
      {"\xc0\x80", false, "\uFFFD\uFFFD"},            // overlong
      {"\xed\xa0\x80", false, "\uFFFD\uFFFD\uFFFD"},  // surrogate
      {"\xf4\x90\x80\x80", false, "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"\xf4\x8f\xbf\xbf", true, "\xf4\x8f\xbf\xbf"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(IsValidUtf8(c.text), c.valid) << GoQuote(c.text);
    EXPECT_EQ(RepairUtf8(c.text), c.repaired) << GoQuote(c.text);
  }
}

TEST(Strings, GoQuoteEscapesAsGoDoes) {
  const struct {
    std::string_view text;
    const char* quoted;
  } kCases[] = {
      {"", R"("")"},
      {"a\"b\\c", R"("a\"b\\c")"},
      {"\a\b\t\n\v\f\r", R"("\a\b\t\n\v\f\r")"},
      {std::string_view("\0\x1f\x7f", 3), R"("\x00\x1f\x7f")"},
      {"grün 日本", R"("grün 日本")"},
      {"\u00a0\u00ad\u200b\ufeff", R"("\u00a0\u00ad\u200b\ufeff")"},
      {"\U000e0001", R"("\U000e0001")"},
      {"\xff\xc3", R"("\xff\xc3")"},
      {"\uFFFD", "\"\uFFFD\""},
  };
  for (const auto& c : kCases) EXPECT_EQ(GoQuote(c.text), c.quoted);
}

TEST(Strings, DurationsArePrometheus) {
  const struct {
    const char* text;
    int64_t ms;
    const char* printed;
  } kGood[] = {{"0", 0, "0s"},
               {"0s", 0, "0s"},
               {"5ms", 5, "5ms"},
               {"90s", 90'000, "1m30s"},
               {"1h30m", 5'400'000, "1h30m"},
               {"90d", 7'776'000'000, "90d"},
               {"14d", 1'209'600'000, "2w"},
               {"1y", 31'536'000'000, "1y"},
               {"1y2w3d4h5m6s7ms", 33'019'506'007, "382d4h5m6s7ms"}};
  for (const auto& c : kGood) {
    EXPECT_EQ(ParseDurationMs(c.text), c.ms) << c.text;
    EXPECT_EQ(FormatDurationMs(c.ms), c.printed);
  }
  EXPECT_EQ(FormatDurationMs(-1500), "-1s500ms");
  for (const char* bad : {"", "1", "s", "1m1h", "1s1s", "-1s", "1.5h", "1 s", "300y", "1ss",
                          "99999999999999999999s"}) {
    EXPECT_FALSE(ParseDurationMs(bad)) << bad;
  }
}

TEST(JsonWriter, PlacesCommasAndEscapes) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject().Key("a").Int(-1).Key("b\"").BeginArray();
  json.String("x\n\x01\\").Bool(true).Null().Uint(7).Raw("[1]").BeginObject().EndObject();
  json.EndArray().Key("c").String("\xff€\x7f").EndObject();
  EXPECT_EQ(out,
            "{\"a\":-1,\"b\\\"\":[\"x\\n\\u0001\\\\\",true,null,7,[1],{}],\"c\":\"\uFFFD€\x7f\"}");
}

}  // namespace
}  // namespace vedette::base
