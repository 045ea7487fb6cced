#include "collector/logstore/columns/number_form.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace vedette::logstore {
namespace {

using Kind = NumberForm::Kind;

struct FormCase {
  std::vector<std::string_view> values;
  Kind kind;
  int digits;
};

TEST(NumberForm, IsGuessedFromItsValues) {
  const std::vector<FormCase> cases = {
      {{"1", "-20", "300"}, Kind::kInteger, 0},
      {{"001", "020", "300"}, Kind::kPadded, 3},
      {{"0.50", "12.25"}, Kind::kDecimal, 2},
      {{"0.5", "12.25", "3"}, Kind::kTrimmed, 2},
      {{"10.0.0.1", "255.255.255.255"}, Kind::kIpv4, 0},
      {{"2026-11-20T11:22:33.120Z"}, Kind::kDateTime, 3},
      {{"2026/11/20 11:22:33"}, Kind::kDateTime, 0},
  };
  for (const FormCase& c : cases) {
    const auto form = NumberForm::Guess(c.values);
    ASSERT_TRUE(form.has_value()) << c.values[0];
    EXPECT_EQ(form->kind, c.kind) << c.values[0];
    EXPECT_EQ(form->digits, c.digits) << c.values[0];
    for (const std::string_view text : c.values) {
      const auto number = form->Read(text);
      ASSERT_TRUE(number.has_value()) << text;
      std::string back;
      form->Append(*number, &back);
      EXPECT_EQ(back, text);
    }
  }
  const std::vector<std::string_view> words = {"a", "b"};
  EXPECT_FALSE(NumberForm::Guess(words).has_value());
}

// Whatever a form reads it writes again, to the byte.
TEST(NumberForm, WritesWhatItReadAndRefusesTheRest) {
  std::vector<NumberForm> forms = {{Kind::kInteger},    {Kind::kPadded, 3}, {Kind::kDecimal, 2},
                                   {Kind::kTrimmed, 2}, {Kind::kIpv4},      {Kind::kDateTime, 1}};
  forms.push_back({Kind::kDateTime, 0, '/', ' ', '.', true});
  std::mt19937 random(5);
  int read = 0;
  const auto check = [&](const std::string& text) {
    for (const NumberForm& form : forms) {
      const auto number = form.Read(text);
      if (!number) continue;
      ++read;
      std::string back;
      form.Append(*number, &back);
      EXPECT_EQ(back, text) << static_cast<int>(form.kind);
    }
  };
  constexpr std::string_view kLetters = "0012359.-";
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (size_t n = random() % 9; n > 0; --n) text += kLetters[random() % kLetters.size()];
    check(text);
  }
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "2024-02-29T23:59:59.9";
    text[random() % text.size()] = kLetters[random() % kLetters.size()];
    check(text);
  }
  for (const std::string text :
       {"-0", "-0.00", "00", "01.5", "1.", ".5", "999999999999999999", "9999999999999999999",
        "2024-02-30T00:00:00.0", "2023-02-29T00:00:00.0", "2026-11-20T23:59:60.0", "256.0.0.1",
        "1.2.3.04", "1700-01-01T00:00:00.0"}) {
    check(text);
  }
  EXPECT_GT(read, 5000);
}

}  // namespace
}  // namespace vedette::logstore
