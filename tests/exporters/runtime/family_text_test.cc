#include "exporters/runtime/family_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/telemetry.h"
#include "exporters/runtime/family_sink.h"
#include "exporters/runtime/telemetry_metrics.h"

namespace vedette::exporters {
namespace {

std::string Page(FamilySink* sink) {
  std::vector<prometheus::MetricFamily> families;
  sink->MoveTo(&families);
  return WritePage(std::move(families), model::exposition::Format::kText);
}

TEST(FamilyText, NamesAndTypesStandAsGiven) {
  FamilySink sink;
  sink.Counter("hits", "No _total.").Add(1);
  sink.Gauge("left_total", "A gauge.").Add(2);
  sink.Untyped("node_netstat_Tcp", "Untyped.").Add(3);
  EXPECT_EQ(Page(&sink),
            "# HELP hits No _total.\n# TYPE hits counter\nhits 1\n"
            "# HELP left_total A gauge.\n# TYPE left_total gauge\nleft_total 2\n"
            "# HELP node_netstat_Tcp Untyped.\n# TYPE node_netstat_Tcp untyped\n"
            "node_netstat_Tcp 3\n");
}

TEST(FamilyText, OneNameIsOneFamilySortedByLabelValues) {
  FamilySink sink;
  sink.Gauge("a", "First.").Add(1, {{"x", "b"}, {"y", "1"}});
  sink.Gauge("empty", "Never shown.");
  FamilyRef again = sink.Gauge("a", "Second.");
  again.Add(2, {{"y", "2"}, {"x", "a"}});
  again.Add(9, {{"x", "b"}, {"y", "1"}});  // the same series again
  sink.Counter("a", "Another type.").Add(7);
  EXPECT_EQ(Page(&sink),
            "# HELP a First.\n# TYPE a gauge\na{x=\"a\",y=\"2\"} 2\na{x=\"b\",y=\"1\"} 1\n");
}

TEST(FamilyText, HostileTextIsEscapedAndRepaired) {
  FamilySink sink;
  sink.Gauge("a", "one\ntwo\\").Add(1, {{"x", "q\"b\\n\n"}, {"y", "\xff\xfe"}, {"z", ""}});
  EXPECT_EQ(Page(&sink),
            "# HELP a one\\ntwo\\\\\n# TYPE a gauge\n"
            "a{x=\"q\\\"b\\\\n\\n\",y=\"\xEF\xBF\xBD\xEF\xBF\xBD\",z=\"\"} 1\n");
}

TEST(FamilyText, HistogramsAndSummariesHaveTheirPoints) {
  prometheus::MetricFamily histogram{"h", "H.", prometheus::MetricType::Histogram, {}};
  auto& h = histogram.metric.emplace_back();
  h.label = {{"a", "b"}};
  h.histogram = {3, 4.5, {{1, 0.5}, {2, 1}}};
  prometheus::MetricFamily summary{"s", "S.", prometheus::MetricType::Summary, {}};
  summary.metric.emplace_back().summary = {2, 1.5, {{0.5, 0.25}}};
  FamilySink sink;
  sink.Add(std::move(summary));
  sink.Add(std::move(histogram));
  EXPECT_EQ(Page(&sink),
            "# HELP h H.\n# TYPE h histogram\nh_bucket{a=\"b\",le=\"0.5\"} 1\n"
            "h_bucket{a=\"b\",le=\"1\"} 2\nh_bucket{a=\"b\",le=\"+Inf\"} 3\nh_sum{a=\"b\"} 4.5\n"
            "h_count{a=\"b\"} 3\n"
            "# HELP s S.\n# TYPE s summary\ns{quantile=\"0.5\"} 0.25\ns_sum 1.5\ns_count 2\n");
}

TEST(FamilyText, ValuesAreShortestDigits) {
  FamilySink sink;
  FamilyRef family = sink.Gauge("v", "V.");
  family.Add(1e6, {{"n", "1"}});
  family.Add(0.1 + 0.2, {{"n", "2"}});
  family.Add(18446744073709551615.0, {{"n", "3"}});
  family.Add(std::numeric_limits<double>::quiet_NaN(), {{"n", "4"}});
  family.Add(-std::numeric_limits<double>::infinity(), {{"n", "5"}});
  EXPECT_EQ(Page(&sink),
            "# HELP v V.\n# TYPE v gauge\nv{n=\"1\"} 1e+06\nv{n=\"2\"} 0.30000000000000004\n"
            "v{n=\"3\"} 1.8446744073709552e+19\nv{n=\"4\"} NaN\nv{n=\"5\"} -Inf\n");
}

TEST(TelemetryMetrics, OwnCountersAreOnThePage) {
  base::Telemetry telemetry;
  telemetry.NewCounter("vedette_lines_total", "Lines.", {{"unit", "caddy"}})->Add(5);
  FamilySink sink;
  for (auto& family : TelemetryMetrics(&telemetry).Collect()) sink.Add(std::move(family));
  EXPECT_EQ(Page(&sink),
            "# HELP vedette_lines_total Lines.\n# TYPE vedette_lines_total counter\n"
            "vedette_lines_total{unit=\"caddy\"} 5\n");
}

}  // namespace
}  // namespace vedette::exporters
