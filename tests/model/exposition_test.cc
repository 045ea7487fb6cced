#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/exposition/parser.h"
#include "model/exposition/writer.h"
#include "model/sample.h"

namespace vedette::model::exposition {
namespace {

std::string ErrorOf(std::string_view text, Format format) {
  Parser parser(text, format);
  for (;;) {
    const auto kind = parser.Next();
    if (!kind.ok()) return std::string(base::Message(kind.status()));
    Labels labels;
    if (*kind == EntryKind::kSeries) {
      if (const auto status = parser.ReadLabels(&labels); !status.ok()) {
        return std::string(base::Message(status));
      }
    }
    if (*kind == EntryKind::kEnd) return "";
  }
}

TEST(Parser, ErrorsNameLineColumnReasonAndWhatWasFound) {
  EXPECT_EQ(ErrorOf("a 1\nb{c=d} 2\n", Format::kText),
            "line 2, column 5: expected label value, found \"d} 2\"");
  EXPECT_EQ(ErrorOf("a 1\n\n# x\nb\n", Format::kText),
            "line 4, column 2: expected value after metric, found the end of the line");
  EXPECT_EQ(ErrorOf("a 0x10\n", Format::kText),
            "line 1, column 3: value after metric: \"0x10\" is not a number");
  EXPECT_EQ(ErrorOf("a 1\n", Format::kOpenMetrics),
            "line 2, column 1: data does not end with # EOF");
  EXPECT_EQ(ErrorOf("a{b=\"1\",b=\"2\"} 1\n", Format::kText),
            "line 1, column 9: label name \"b\" is not unique");
  EXPECT_EQ(ErrorOf("{b=\"1\"} 1\n", Format::kText), "line 1, column 1: metric name not set");
  EXPECT_EQ(
      ErrorOf("# TYPE a unheard\n", Format::kText),
      "line 1, column 10: invalid metric type \"unheard\"; allowed: counter, gauge, histogram, "
      "summary, untyped");
}

TEST(Parser, NansAreNormalAndTimesAreMilliseconds) {
  Parser text("a Nan 1500\n", Format::kText);
  ASSERT_EQ(*text.Next(), EntryKind::kSeries);
  EXPECT_EQ(std::bit_cast<uint64_t>(text.value()), kNormalNanBits);
  EXPECT_EQ(text.timestamp_ms(), 1500);
  Parser open("a -Inf 1.5\n# EOF\n", Format::kOpenMetrics);
  ASSERT_EQ(*open.Next(), EntryKind::kSeries);
  EXPECT_EQ(open.value(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(open.timestamp_ms(), 1500);
  EXPECT_EQ(*open.Next(), EntryKind::kEnd);
  EXPECT_EQ(*open.Next(), EntryKind::kEnd);
}

TEST(Parser, AbsurdTimesAreCutNotUndefined) {
  Parser parser("a 1 1e300\n# EOF\n", Format::kOpenMetrics);
  ASSERT_EQ(*parser.Next(), EntryKind::kSeries);
  EXPECT_EQ(parser.timestamp_ms(), std::numeric_limits<int64_t>::max());
}

// A scrape passes over it, on each line if need be: telling where would walk through the page.
TEST(Parser, AnExemplarsErrorIsToldWithoutAPlace) {
  Parser parser("a 1 # {b=\"1\",b=\"2\"} 1\nc 1 # {b=\"1\"} 1\n# EOF\n", Format::kOpenMetrics);
  std::vector<Exemplar> exemplars;
  ASSERT_EQ(*parser.Next(), EntryKind::kSeries);
  EXPECT_EQ(base::Message(parser.ReadExemplars(&exemplars)),
            "exemplar: label name \"b\" is not unique");
  EXPECT_TRUE(exemplars.empty());
  ASSERT_EQ(*parser.Next(), EntryKind::kSeries);
  EXPECT_TRUE(parser.ReadExemplars(&exemplars).ok());
  EXPECT_EQ(exemplars.size(), 1u);
}

TEST(Parser, LinesThatSayWhenACounterBeganAreFoldedWhereAsked) {
  const std::string page =
      "# TYPE a counter\na_total{x=\"1\"} 2\na_created{x=\"1\"} 1.5\n# TYPE b gauge\nb_created 3\n"
      "# EOF\n";
  ReaderOptions options;
  options.fold_created = true;
  Parser folded(page, Format::kOpenMetrics, options);
  ASSERT_EQ(*folded.Next(), EntryKind::kType);
  ASSERT_EQ(*folded.Next(), EntryKind::kSeries);
  EXPECT_EQ(folded.start_ms(), 1500);
  ASSERT_EQ(*folded.Next(), EntryKind::kType);
  ASSERT_EQ(*folded.Next(), EntryKind::kSeries);
  EXPECT_EQ(folded.series(), "b_created");
  EXPECT_EQ(*folded.Next(), EntryKind::kEnd);
  Parser plain(page, Format::kOpenMetrics);
  ASSERT_EQ(*plain.Next(), EntryKind::kType);
  ASSERT_EQ(*plain.Next(), EntryKind::kSeries);
  EXPECT_EQ(plain.start_ms(), 0);
  ASSERT_EQ(*plain.Next(), EntryKind::kSeries);
  EXPECT_EQ(plain.series(), "a_created{x=\"1\"}");
}

KnownLine Known(std::string_view lead, std::string_view line) { return KnownLine::Of(lead, line); }

TEST(Parser, CommentsAreTakenWithTheLineBehindThemByTheirBytes) {
  const std::string lead = "# HELP h_total help\n# TYPE h histogram\n";
  const std::string page =
      lead + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"2\"} 2\n# TYPE g gauge\ng 3\n";
  Parser first(page, Format::kText);
  for (int i = 0; i < 2; ++i) ASSERT_NE(*first.Next(), EntryKind::kSeries);
  ASSERT_EQ(*first.Next(), EntryKind::kSeries);
  EXPECT_EQ(first.lead(), lead);
  ASSERT_EQ(*first.Next(), EntryKind::kSeries);
  EXPECT_EQ(first.lead(), "");

  Parser again(page, Format::kText);
  EXPECT_FALSE(*again.NextIf(Known("", "h_bucket{le=\"1\"}"))) << "comments come first";
  ASSERT_TRUE(*again.NextIf(Known(lead, "h_bucket{le=\"1\"}")));
  EXPECT_EQ(again.series(), "h_bucket{le=\"1\"}");
  EXPECT_EQ(again.lead(), lead);
  EXPECT_EQ(again.value(), 1);
  // A new line of a family whose comments were not read is of that family's type.
  ASSERT_EQ(*again.Next(), EntryKind::kSeries);
  Labels labels;
  ASSERT_TRUE(again.ReadLabels(&labels).ok());
  EXPECT_EQ(labels.Get("le"), "2.0");
  // Where comments differ the line alone is what is known.
  EXPECT_FALSE(*again.NextIf(Known("# TYPE g counter\n", "g")));
  ASSERT_EQ(*again.Next(), EntryKind::kType);
  ASSERT_TRUE(*again.NextIf(Known("# TYPE g counter\n", "g")));
  EXPECT_EQ(again.lead(), "# TYPE g gauge\n");
  EXPECT_EQ(*again.Next(), EntryKind::kEnd);
}

TEST(Parser, ATypeThatWasTakenUnreadHoldsUntilTheNextOne) {
  const std::string type = "# TYPE a histogram\n";
  const std::string help = "# HELP a_other help\n";
  const std::string page =
      type + "a_bucket{le=\"1\"} 1\n" + help + "a_bucket{le=\"2\"} 2\na_bucket{le=\"3\"} 3\n";
  Parser parser(page, Format::kText);
  ASSERT_TRUE(*parser.NextIf(Known(type, "a_bucket{le=\"1\"}")));
  ASSERT_TRUE(*parser.NextIf(Known(help, "a_bucket{le=\"2\"}")));
  ASSERT_EQ(*parser.Next(), EntryKind::kSeries);
  Labels labels;
  ASSERT_TRUE(parser.ReadLabels(&labels).ok());
  EXPECT_EQ(labels.Get("le"), "3.0");
}

TEST(Parser, AnEmptyLineOfOpenMetricsIsNotSteppedOver) {
  const std::string page = "# TYPE a gauge\n\na 1\n# EOF\n";
  Parser parser(page, Format::kOpenMetrics);
  ASSERT_EQ(*parser.Next(), EntryKind::kType);
  EXPECT_FALSE(*parser.NextIf(Known("", "a")));
  EXPECT_FALSE(parser.Next().ok());
}

TEST(Parser, WhatWasReadBeforeIsTakenByItsBytes) {
  const std::string page = "a{x=\"1\"} 2 5\nb 3\nb {y=\"1\"} 4\nc\t6\n# HELP d e\nd 1x\n";
  Parser parser(page, Format::kText);
  EXPECT_FALSE(*parser.NextIf(Known("", "")));
  EXPECT_FALSE(*parser.NextIf(Known("", "a")));
  EXPECT_FALSE(*parser.NextIf(Known("", "a{x=\"2\"}")));
  ASSERT_TRUE(*parser.NextIf(Known("", "a{x=\"1\"}")));
  EXPECT_EQ(parser.series(), "a{x=\"1\"}");
  EXPECT_EQ(parser.value(), 2);
  EXPECT_EQ(parser.timestamp_ms(), 5);
  ASSERT_TRUE(*parser.NextIf(Known("", "b")));
  EXPECT_EQ(parser.value(), 3);
  EXPECT_FALSE(*parser.NextIf(Known("", "b")));  // it has labels, behind a blank
  ASSERT_EQ(*parser.Next(), EntryKind::kSeries);
  EXPECT_EQ(parser.series(), "b {y=\"1\"}");
  EXPECT_FALSE(*parser.NextIf(Known("", "c")));
  ASSERT_EQ(*parser.Next(), EntryKind::kSeries);
  EXPECT_FALSE(*parser.NextIf(Known("", "d")));
  ASSERT_EQ(*parser.Next(), EntryKind::kHelp);
  const auto bad = parser.NextIf(Known("", "d"));
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(base::Message(bad.status()),
            "line 6, column 3: value after metric: \"1x\" is not a number");
}

TEST(Parser, CarriageReturnsAreAnError) { EXPECT_NE(ErrorOf("a 1\r\nb 2\r\n", Format::kText), ""); }

Family RequestSeconds() {
  Family family{"req_seconds", "Time, in \"s\"\nand \\.", FamilyType::kHistogram, "seconds", {}};
  family.points.push_back({{{"path", "/a\"b\\c\n"}, {"le", "0.5"}}, "_bucket", 1, {}});
  family.points.push_back({{{"path", "/"}, {"le", "+Inf"}}, "_bucket", 2, {}});
  family.points.push_back({{{"path", "/"}}, "_sum", 1073741824, {}});
  family.points.push_back({{{"path", "/"}}, "_count", 2, 1500});
  return family;
}

TEST(Writer, TextIsAsPrometheusClientsWriteIt) {
  EXPECT_EQ(WriteFamilies({{RequestSeconds()}}, Format::kText),
            "# HELP req_seconds Time, in \"s\"\\nand \\\\.\n"
            "# TYPE req_seconds histogram\n"
            "req_seconds_bucket{path=\"/a\\\"b\\\\c\\n\",le=\"0.5\"} 1\n"
            "req_seconds_bucket{path=\"/\",le=\"+Inf\"} 2\n"
            "req_seconds_sum{path=\"/\"} 1.073741824e+09\n"
            "req_seconds_count{path=\"/\"} 2 1500\n");
}

TEST(Writer, OpenMetricsHasUnitAndEndAndSeconds) {
  EXPECT_EQ(WriteFamilies({{RequestSeconds()}}, Format::kOpenMetrics),
            "# HELP req_seconds Time, in \\\"s\\\"\\nand \\\\.\n"
            "# TYPE req_seconds histogram\n"
            "# UNIT req_seconds seconds\n"
            "req_seconds_bucket{path=\"/a\\\"b\\\\c\\n\",le=\"0.5\"} 1\n"
            "req_seconds_bucket{path=\"/\",le=\"+Inf\"} 2\n"
            "req_seconds_sum{path=\"/\"} 1.073741824e+09\n"
            "req_seconds_count{path=\"/\"} 2 1.5\n"
            "# EOF\n");
}

TEST(Writer, TypesAndSuffixesFollowTheFormat) {
  const std::vector<Family> families = {
      {"c_total", "", FamilyType::kCounter, "", {{{}, "", 1e6, {}}}},
      {"plain", "", FamilyType::kCounter, "", {{{}, "", 0.1, {}}}},
      {"b_info", "", FamilyType::kInfo, "", {{{{"v", "1"}}, "", 1, {}}}},
      {"u", "", FamilyType::kUnknown, "", {{{}, "", std::nan(""), {}}}},
      {"my.name", "", FamilyType::kGauge, "", {{{{"a.b", "x"}}, "", -0.0, {}}}},
      {"empty", "never seen", FamilyType::kGauge, "", {}}};
  EXPECT_EQ(WriteFamilies(families, Format::kText),
            "# TYPE c_total counter\nc_total 1e+06\n"
            "# TYPE plain counter\nplain 0.1\n"
            "# TYPE b_info gauge\nb_info{v=\"1\"} 1\n"
            "# TYPE u untyped\nu NaN\n"
            "# TYPE \"my.name\" gauge\n{\"my.name\",\"a.b\"=\"x\"} -0\n");
  EXPECT_EQ(WriteFamilies(families, Format::kOpenMetrics),
            "# TYPE c counter\nc_total 1e+06\n"
            "# TYPE plain unknown\nplain 0.1\n"
            "# TYPE b info\nb_info{v=\"1\"} 1\n"
            "# TYPE u unknown\nu NaN\n"
            "# TYPE \"my.name\" gauge\n{\"my.name\",\"a.b\"=\"x\"} -0\n# EOF\n");
}

TEST(Writer, BrokenUtf8IsRepaired) {
  const Family family{"a", "h\xff", FamilyType::kGauge, "", {{{{"l", "v\xff"}}, "", 1, {}}}};
  EXPECT_EQ(WriteFamilies({{family}}, Format::kText),
            "# HELP a h\xef\xbf\xbd\n# TYPE a gauge\na{l=\"v\xef\xbf\xbd\"} 1\n");
}

TEST(Writer, WhatIsWrittenReadsBack) {
  for (const Format format : {Format::kText, Format::kOpenMetrics}) {
    const std::string text = WriteFamilies({{RequestSeconds()}}, format);
    EXPECT_EQ(ErrorOf(text, format), "");
    Parser parser(text, format);
    Labels labels;
    while (*parser.Next() != EntryKind::kSeries) continue;
    ASSERT_TRUE(parser.ReadLabels(&labels).ok());
    EXPECT_EQ(labels.Get("path"), "/a\"b\\c\n");
  }
}

TEST(Format, ContentTypesAreTold) {
  EXPECT_EQ(FormatOfContentType("text/plain; version=0.0.4; charset=utf-8"), Format::kText);
  EXPECT_EQ(FormatOfContentType("text/plain"), Format::kText);
  EXPECT_EQ(FormatOfContentType("application/openmetrics-text; version=1.0.0;"),
            Format::kOpenMetrics);
  EXPECT_EQ(FormatOfContentType("application/vnd.google.protobuf; "
                                "proto=io.prometheus.client.MetricFamily; encoding=delimited"),
            Format::kProtobuf);
  for (const char* bad : {"", "invalid/", "invalid/invalid/invalid", "/", "text/html",
                          "application/openmetrics-text/", "text/plain; =x",
                          "text/plain; charset=utf-8; Charset=utf-8"}) {
    EXPECT_EQ(FormatOfContentType(bad), std::nullopt) << bad;
  }
}

TEST(Format, AcceptIsNegotiatedByWeight) {
  EXPECT_EQ(NegotiateFormat(""), Format::kText);
  EXPECT_EQ(NegotiateFormat("*/*"), Format::kText);
  EXPECT_EQ(NegotiateFormat("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3"),
            Format::kOpenMetrics);
  EXPECT_EQ(NegotiateFormat("application/openmetrics-text;q=0.2,text/plain;q=0.3"), Format::kText);
}

TEST(Format, AcceptSaysHowNamesAreEscaped) {
  const PageFormat plain = NegotiatePage("text/plain;version=0.0.4;q=0.2,*/*;q=0.1");
  EXPECT_EQ(plain.escaping, NameEscaping::kUnderscores);
  EXPECT_EQ(ContentType(plain), "text/plain; version=0.0.4; charset=utf-8");
  const PageFormat open = NegotiatePage(
      "application/vnd.google.protobuf;q=0.6,"
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;q=0.3");
  EXPECT_EQ(open.format, Format::kOpenMetrics);
  EXPECT_EQ(ContentType(open),
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
  const PageFormat text = NegotiatePage("text/plain; version=1.0.0; escaping=dots");
  EXPECT_EQ(ContentType(text), "text/plain; version=1.0.0; charset=utf-8; escaping=dots");
}

TEST(Format, FederationOffersTextAndDelimitedProtobuf) {
  const std::string protobuf =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  const PageFormat open = NegotiateFederation("application/openmetrics-text;escaping=values,*/*");
  EXPECT_EQ(open.format, Format::kText);
  EXPECT_EQ(ContentType(open), "text/plain; version=0.0.4; charset=utf-8; escaping=values");
  EXPECT_EQ(NegotiateFederation(protobuf).format, Format::kProtobuf);
  EXPECT_EQ(NegotiateFederation(protobuf + ";q=0.1,text/plain;q=0.2").format, Format::kText);
  EXPECT_EQ(NegotiateFederation("application/vnd.google.protobuf").format, Format::kText);
  EXPECT_EQ(NegotiateFederation("text/plain;escaping=nonsense").escaping,
            NameEscaping::kUnderscores);
}

TEST(Writer, NamesAreEscapedAsThePageAsks) {
  const Family family{"my.na_me", "", FamilyType::kGauge, "", {{{{"a.b", "x"}}, "", 1, {}}}};
  PageFormat page;
  page.escaping = NameEscaping::kUnderscores;
  EXPECT_EQ(WriteFamilies({{family}}, page), "# TYPE my_na_me gauge\nmy_na_me{a_b=\"x\"} 1\n");
  page.escaping = NameEscaping::kDots;
  EXPECT_EQ(WriteFamilies({{family}}, page),
            "# TYPE my_dot_na__me gauge\nmy_dot_na__me{a_dot_b=\"x\"} 1\n");
  page.escaping = NameEscaping::kValues;
  EXPECT_EQ(WriteFamilies({{family}}, page),
            "# TYPE U__my_2e_na__me gauge\nU__my_2e_na__me{U__a_2e_b=\"x\"} 1\n");
}

TEST(NameEscaping, IsThatOfPrometheusClients) {
  struct Case {
    const char* name;
    const char* underscores;
    const char* dots;
    const char* values;
  };
  for (const Case& one : {
           Case{"", "", "", ""},
           Case{"plain:metric_name", "plain:metric_name", "plain:metric__name",
                "plain:metric_name"},
           Case{"no:escaping.required", "no:escaping_required", "no:escaping_dot_required",
                "U__no:escaping_2e_required"},
           Case{"mysystem.prod.west.cpu.load", "mysystem_prod_west_cpu_load",
                "mysystem_dot_prod_dot_west_dot_cpu_dot_load",
                "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load"},
           Case{"http.status:sum", "http_status:sum", "http_dot_status:sum",
                "U__http_2e_status:sum"},
           Case{"label with \xe2\x82\xac", "label_with__", "label__with____",
                "U__label_20_with_20__20ac_"},
           Case{"0digit", "_digit", "__digit", "U___30_digit"},
           Case{"bad\xff", "bad_", "bad__", "U__bad_fffd_"},
       }) {
    EXPECT_EQ(EscapeName(one.name, NameEscaping::kUnderscores), one.underscores);
    EXPECT_EQ(EscapeName(one.name, NameEscaping::kDots), one.dots);
    EXPECT_EQ(EscapeName(one.name, NameEscaping::kValues), one.values);
    EXPECT_EQ(EscapeName(one.name, NameEscaping::kAllowUtf8), one.name);
  }
}

}  // namespace
}  // namespace vedette::model::exposition
