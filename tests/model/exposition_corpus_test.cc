// Prometheus' own parser tests and those of the OpenMetrics project, read in place.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "base/strings.h"
#include "model/exposition/parser.h"
#include "tests/support/shared_dir.h"

namespace vedette::model::exposition {
namespace {

namespace json = boost::json;

std::string ToStd(const json::value& value) {
  const json::string& text = value.as_string();
  return {text.data(), text.size()};
}

// The corpus writes the byte ff as U+FFFD.
std::string WithRawByte(std::string text) {
  for (size_t at = 0; (at = text.find("\xef\xbf\xbd", at)) != std::string::npos;) {
    text.replace(at, 3, "\xff");
  }
  return text;
}

// Everything the parser says about `text`, one line an entry, and the error if there is one.
std::vector<std::string> Describe(const std::string& text, Format format, std::string* error) {
  std::vector<std::string> out;
  Parser parser(text, format);
  for (;;) {
    const auto kind = parser.Next();
    if (!kind.ok()) {
      *error = std::string(base::Message(kind.status()));
      return out;
    }
    Labels labels;
    std::string line;
    switch (*kind) {
      case EntryKind::kEnd:
        return out;
      case EntryKind::kHelp:
        line = "HELP " + parser.family() + " " + parser.text();
        break;
      case EntryKind::kType:
        line = "TYPE " + parser.family() + " " + parser.text();
        break;
      case EntryKind::kUnit:
        line = "UNIT " + parser.family() + " " + parser.text();
        break;
      case EntryKind::kComment:
        line = "COMMENT " + std::string(parser.comment());
        break;
      case EntryKind::kSeries:
        if (const auto status = parser.ReadLabels(&labels); !status.ok()) {
          *error = std::string(base::Message(status));
          return out;
        }
        line = "SERIES " + std::string(parser.series()) + " -> " + labels.ToString() + " = " +
               std::to_string(parser.value());
        if (parser.timestamp_ms()) line += " @ " + std::to_string(*parser.timestamp_ms());
        if (parser.has_exemplar()) {
          Exemplar exemplar;
          EXPECT_TRUE(parser.ReadExemplar(&exemplar).ok());
          line += " # " + exemplar.labels.ToString() + " " + std::to_string(exemplar.value);
          if (exemplar.timestamp_ms) line += " " + std::to_string(*exemplar.timestamp_ms);
        }
        break;
    }
    out.push_back(std::move(line));
  }
}

Labels LabelsOf(const json::value& event) {
  const json::value* set = event.as_object().if_contains("lset");
  if (const auto* call = set->as_object().if_contains("args")) set = &call->as_array()[1];
  if (const auto* plain = set->as_object().if_contains("plain")) set = plain;
  LabelsBuilder labels;
  for (const auto& [name, value] : set->as_object()) {
    labels.Set({name.data(), name.size()}, ToStd(value));
  }
  return labels.Build();
}

std::string Number(const json::value& value) {
  if (!value.is_number()) return "nan";  // the corpus names Go's constant
  return std::to_string(value.to_number<double>());
}

// An expected event in the words of Describe.
std::string Expected(const json::value& value) {
  const json::object& event = value.as_object();
  if (event.contains("comment")) return "COMMENT " + ToStd(event.at("comment"));
  if (event.contains("help")) return "HELP " + ToStd(event.at("m")) + " " + ToStd(event.at("help"));
  if (event.contains("typ")) return "TYPE " + ToStd(event.at("m")) + " " + ToStd(event.at("typ"));
  if (event.contains("unit")) return "UNIT " + ToStd(event.at("m")) + " " + ToStd(event.at("unit"));
  std::string line = "SERIES " + ToStd(event.at("m")) + " -> " + LabelsOf(value).ToString() +
                     " = " + (event.contains("v") ? Number(event.at("v")) : "0.000000");
  if (event.contains("t")) line += " @ " + std::to_string(event.at("t").as_int64());
  if (event.contains("es")) {
    const json::object& exemplar = event.at("es").as_array()[0].as_object();
    LabelsBuilder labels;
    for (const auto& [name, text] : exemplar.at("Labels").as_object()) {
      labels.Set({name.data(), name.size()}, ToStd(text));
    }
    line += " # " + labels.Build().ToString() + " " + Number(exemplar.at("Value"));
    if (exemplar.contains("Ts")) line += " " + std::to_string(exemplar.at("Ts").as_int64());
  }
  return line;
}

class TextParseCorpus : public ::testing::Test {
 protected:
  void CheckEvents(const char* name, Format format) {
    VEDETTE_SHARED_OR_SKIP(path, "reference/promql/corpora/textparse.json");
    const json::value corpus = json::parse(test::ReadWholeFile(path));
    const json::object& one = corpus.as_object().at(name).as_object();
    std::string error;
    std::vector<std::string> found = Describe(ToStd(one.at("input")), format, &error);
    EXPECT_EQ(error, "");
    // Upstream's test folds _created series into those they belong to; by default, and here, they
    // are series like others.
    std::erase_if(found, [](const std::string& line) {
      return line.find("_created") != line.npos && base::StartsWith(line, "SERIES") &&
             line.find("fizz_created") == line.npos;
    });
    std::vector<std::string> expected;
    for (const json::value& event : one.at("events").as_array())
      expected.push_back(Expected(event));
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(found[i], expected[i]);
  }

  void CheckErrors(const char* name, Format format) {
    VEDETTE_SHARED_OR_SKIP(path, "reference/promql/corpora/textparse.json");
    const json::value corpus = json::parse(test::ReadWholeFile(path));
    for (const json::value& one : corpus.as_object().at(name).as_array()) {
      const std::string input = WithRawByte(ToStd(one.at("input")));
      const std::string upstream = ToStd(one.at("err"));
      std::string error;
      Describe(input, format, &error);
      const bool fine = upstream.empty() || upstream == "EOF";
      EXPECT_EQ(error.empty(), fine)
          << base::GoQuote(input) << ": upstream says " << upstream << ", we say " << error;
      EXPECT_EQ(base::StartsWith(error, "line "), !fine) << error;
    }
  }
};

TEST_F(TextParseCorpus, TextIsReadAsUpstream) { CheckEvents("prom_parse", Format::kText); }
TEST_F(TextParseCorpus, TextWithUtf8Names) { CheckEvents("prom_parse_utf8", Format::kText); }
TEST_F(TextParseCorpus, OpenMetricsIsReadAsUpstream) {
  CheckEvents("om_parse", Format::kOpenMetrics);
}
TEST_F(TextParseCorpus, OpenMetricsWithUtf8Names) {
  CheckEvents("om_parse_utf8", Format::kOpenMetrics);
}
TEST_F(TextParseCorpus, TextErrors) { CheckErrors("prom_errors", Format::kText); }
TEST_F(TextParseCorpus, TextNulBytes) { CheckErrors("prom_nul", Format::kText); }
TEST_F(TextParseCorpus, OpenMetricsErrors) { CheckErrors("om_errors", Format::kOpenMetrics); }
TEST_F(TextParseCorpus, OpenMetricsNulBytes) { CheckErrors("om_nul", Format::kOpenMetrics); }

// Documents that the standard calls wrong and Prometheus reads all the same, since it does not look
// across lines (order, repetition, values that a type forbids): so do we.
bool IsReadByPrometheus(const std::string& name) {
  static const std::vector<std::string> kPrefixes = {"bad_clashing_names",
                                                     "bad_counter_values",
                                                     "bad_exemplars_6",
                                                     "bad_exemplars_on",
                                                     "bad_grouping_or_ordering",
                                                     "bad_histograms",
                                                     "bad_info_and_stateset",
                                                     "bad_metadata_in_wrong",
                                                     "bad_repeated_metadata",
                                                     "bad_stateset_info",
                                                     "bad_missing_or_extra_commas_2",
                                                     "bad_missing_or_invalid_labels_for_a_type"};
  for (const std::string& prefix : kPrefixes) {
    if (base::StartsWith(name, prefix)) return true;
  }
  return false;
}

TEST(OpenMetricsCorpus, GoodDocumentsAreReadAndBadOnesRefused) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/openmetrics-parsers");
  int good = 0;
  int refused = 0;
  int lenient = 0;
  for (const auto& folder : std::filesystem::directory_iterator(path)) {
    if (!folder.is_directory()) continue;
    const std::string name = folder.path().filename().string();
    const json::value test = json::parse(test::ReadWholeFile(folder.path() / "test.json"));
    std::string error;
    Describe(test::ReadWholeFile(folder.path() / "metrics"), Format::kOpenMetrics, &error);
    if (test.at("shouldParse").as_bool()) {
      EXPECT_EQ(error, "") << name;
      ++good;
    } else if (!error.empty()) {
      ++refused;
    } else {
      EXPECT_TRUE(IsReadByPrometheus(name)) << name << " must not be read";
      ++lenient;
    }
  }
  std::cout << "OpenMetrics corpus: " << good << " good read, " << refused << " bad refused, "
            << lenient << " bad read as Prometheus reads them\n";
  EXPECT_GE(good, 30);
  EXPECT_GE(refused, 60);
}

}  // namespace
}  // namespace vedette::model::exposition
