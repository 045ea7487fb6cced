#include "alerting/routing/matcher_parser.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "corpora.h"

namespace vedette::routing {
namespace {

std::string Shape(const std::vector<model::Matcher>& matchers) {
  std::string out;
  for (const model::Matcher& m : matchers) out += PrintMatcher(m) + ";";
  return out;
}

model::MatchType TypeOf(const std::string& op) {
  if (op == "=~") return model::MatchType::kRegex;
  if (op == "!~") return model::MatchType::kNotRegex;
  return op == "!=" ? model::MatchType::kNotEqual : model::MatchType::kEqual;
}

std::string Shape(const boost::json::array& matchers) {
  std::vector<model::Matcher> made;
  for (const auto& m : matchers) {
    made.push_back(
        *model::Matcher::Make(TypeOf(Text(m.at("op"))), Text(m.at("name")), Text(m.at("value"))));
  }
  return Shape(made);
}

using Parse = base::StatusOr<std::vector<model::Matcher>> (*)(std::string_view);

// Compares verdict and matchers; error texts too where the grammar's own are kept.
void RunSuite(const std::string& path, Parse parse, bool error_texts) {
  const auto corpus = ReadCorpus(path);
  for (const auto& c : corpus.at("cases").as_array()) {
    if (!c.at("input").is_string()) continue;  // bytes that are not UTF-8
    SCOPED_TRACE(Text(c.at("id")) + " " + Text(c.at("input")));
    const auto got = parse(Text(c.at("input")));
    if (const auto* const error = c.as_object().if_contains("error")) {
      EXPECT_FALSE(got.ok());
      // What is wrong with a regex is worded by the engine, which is another.
      const bool regex = Text(*error).find("parsing regexp") != std::string::npos;
      if (error_texts && !regex && !got.ok()) {
        EXPECT_EQ(base::Message(got.status()), Text(*error));
      }
    } else if (const auto* const one = c.as_object().if_contains("matcher")) {
      ASSERT_TRUE(got.ok()) << got.status();
      EXPECT_EQ(Shape(*got), Shape(boost::json::array{*one}));
    } else {
      ASSERT_TRUE(got.ok()) << got.status();
      EXPECT_EQ(Shape(*got), Shape(c.at("matchers").as_array()));
    }
  }
}

TEST(MatcherParser, ClassicGrammarIsUpstreams) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/alerting/corpora/matchers_classic.json");
  RunSuite(path, ParseClassicMatchers, true);
}

TEST(MatcherParser, Utf8GrammarIsUpstreams) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/alerting/corpora/matchers_utf8_many.json");
  RunSuite(path, ParseUtf8Matchers, false);
}

TEST(MatcherParser, FallbackIsUpstreams) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/alerting/corpora/matchers_fallback_many.json");
  RunSuite(path, ParseMatchers, true);
}

TEST(MatcherParser, PrintsByteExactly) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/alerting/corpora/matcher_string.json");
  const auto corpus = ReadCorpus(path);
  for (const auto& c : corpus.at("cases").as_array()) {
    const auto m =
        model::Matcher::Make(TypeOf(Text(c.at("op"))), Text(c.at("name")), Text(c.at("value")));
    ASSERT_TRUE(m.ok());
    EXPECT_EQ(PrintMatcher(*m), Text(c.at("want"))) << Text(c.at("id"));
  }
}

TEST(MatcherParser, ReadsWhatPeopleWrite) {
  EXPECT_EQ(Shape(*ParseMatchers("severity=~\"critical|warning\"")),
            "severity=~\"critical|warning\";");
  EXPECT_EQ(Shape(*ParseMatchers("a=b, c!=\"d\"")), "a=\"b\";c!=\"d\";");
  EXPECT_EQ(Shape(*ParseMatchers("\"two words\"=x")), "\"two words\"=\"x\";");
  EXPECT_FALSE(ParseMatchers("a=~\"(\"").ok());
  EXPECT_FALSE(ParseMatchers("a").ok());
}

}  // namespace
}  // namespace vedette::routing
