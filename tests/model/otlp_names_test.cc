#include "model/otlp/names.h"

#include <gtest/gtest.h>

#include <string>

// The names are those of prometheus/otlptranslator's own tests.

namespace vedette::model::otlp {
namespace {

constexpr MetricKind kGauge = MetricKind::kGauge;
constexpr MetricKind kCounter = MetricKind::kSum;

std::string NameOf(Strategy strategy, const std::string& name, const std::string& unit,
                   MetricKind kind) {
  Settings settings;
  settings.strategy = strategy;
  Metric metric{name, "", unit, kind, Temporality::kCumulative, true};
  const auto made = MetricName(settings, metric);
  return made.ok() ? *made : "refused";
}

struct Case {
  std::string name;
  std::string unit;
  MetricKind kind;
  std::string expected;
};

TEST(OtlpNames, SuffixesAreThoseOfUnitAndType) {
  const Case cases[] = {
      {"system.filesystem.usage", "By", kGauge, "system_filesystem_usage_bytes"},
      {"system.io", "By", kCounter, "system_io_bytes_total"},
      {"network_transmitted_bytes_total", "By", kCounter, "network_transmitted_bytes_total"},
      {"\t system.filesystem.usage       ", "  By\t", kGauge, "system_filesystem_usage_bytes"},
      {"system.network.dropped", "{packets}", kGauge, "system_network_dropped"},
      {"system.network.dropped", "nonstandard:_1", kGauge, "system_network_dropped_nonstandard:_1"},
      {"system.network.packets.dropped", "packets", kGauge, "system_network_packets_dropped"},
      {"system.network.packets.dropped", "packets", kCounter,
       "system_network_packets_dropped_total"},
      {"hw.gpu.memory.utilization", "1", kGauge, "hw_gpu_memory_utilization_ratio"},
      {"hw.fan.speed_ratio", "1", kGauge, "hw_fan_speed_ratio"},
      {"objects", "1", kCounter, "objects_total"},
      {"hw.cpu.speed_limit", "Hz", kGauge, "hw_cpu_speed_limit_hertz"},
      {"broken.metric.speed", "km/h", kGauge, "broken_metric_speed_km_per_hour"},
      {"astro.light.speed_limit", "m/s", kGauge, "astro_light_speed_limit_meters_per_second"},
      {"system.network.dropped", "non/standard:_1", kGauge,
       "system_network_dropped_non_per_standard:_1"},
      {"broken.metric.speed", "km/\u00b0", kGauge, "broken_metric_speed_km"},
      {"broken.metric.success_ratio", "%", kGauge, "broken_metric_success_ratio_percent"},
      {"broken.metric.success_percent", "%", kGauge, "broken_metric_success_percent"},
      {"test.metric.spaces", "   \t  ", kGauge, "test_metric_spaces"},
      {"active_directory.ds.replication.object.rate", "{objects}/s", kGauge,
       "active_directory_ds_replication_object_rate_per_second"},
      {"apache.current_connections", "connections", kGauge, "apache_current_connections"},
      {"system.cpu.load_average.15m", "1", kGauge, "system_cpu_load_average_15m_ratio"},
      {"mongodbatlas.process.oplog.rate", "GiBy/h", kGauge,
       "mongodbatlas_process_oplog_rate_gibibytes_per_hour"},
      {"mongodbatlas.process.db.query_targeting.scanned_per_returned", "{scanned}/{returned}",
       kGauge, "mongodbatlas_process_db_query_targeting_scanned_per_returned"},
      {"redis.latest_fork", "us", kGauge, "redis_latest_fork_microseconds"},
      {"3.14 digits", "", kGauge, "_3_14_digits"},
      {"envoy__rule_engine_zlib_buf_error", "", kGauge, "envoy_rule_engine_zlib_buf_error"},
      {":foo::bar", "", kCounter, ":foo::bar_total"},
      {"system.io", "foo/bar", kCounter, "system_io_foo_per_bar_total"},
      {"metric_with_\u5b57\u7b26_foreign_characters", "", kCounter,
       "metric_with_foreign_characters_total"},
      {"temperature", "%*()\u00b0:C", kGauge, "temperature_:C"},
      {"metric__with__multiple__underscores", "unit__multiple__underscores", kGauge,
       "metric_with_multiple_underscores_unit_multiple_underscores"},
      {"custom_metric", "unit@with#special/chars", kGauge,
       "custom_metric_unit_with_special_per_chars"},
      {"request_duration", "s", MetricKind::kHistogram, "request_duration_seconds"},
      {"response_time", "ms", MetricKind::kSummary, "response_time_milliseconds"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(NameOf(Strategy::kUnderscoresWithSuffixes, c.name, c.unit, c.kind), c.expected);
  }
}

TEST(OtlpNames, WithoutSuffixesCharactersAloneChange) {
  const Case cases[] = {
      {"system.io", "By", kCounter, "system_io"},
      {"network (I/O)", "By", kCounter, "network_I_O"},
      {"3.14 digits", "By", kGauge, "_3_14_digits"},
      {"envoy__rule_engine_zlib_buf_error", "", kGauge, "envoy__rule_engine_zlib_buf_error"},
      {"metric@@##$$name", "", kGauge, "metric_name"},
      {"metric_with_\u5b57\u7b26_foreign_characters", "", kCounter,
       "metric_with___foreign_characters"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(NameOf(Strategy::kUnderscoresWithoutSuffixes, c.name, c.unit, c.kind), c.expected);
  }
}

TEST(OtlpNames, Utf8StaysWithSuffixesBehind) {
  const Case cases[] = {
      {"system.io", "By", kCounter, "system.io_bytes_total"},
      {"3.14 digits", "", kGauge, "3.14 digits"},
      {"foo.bar", "1", kGauge, "foo.bar_ratio"},
      {"system.io", "foo/bar", kCounter, "system.io_foo_per_bar_total"},
      {"temperature", "%*()\u00b0C", kGauge, "temperature_%*()\u00b0C"},
      {"requests_total", "", kCounter, "requests_total"},
      {"cpu_usage_ratio", "1", kGauge, "cpu_usage_ratio"},
      {"response_time_seconds", "s", kGauge, "response_time_seconds"},
      {"cpu_seconds_total", "s", kCounter, "cpu_seconds_total"},
      {"requ\u00easts", "1/s", kGauge, "requ\u00easts_per_second"},
      {"@#$%", "", kCounter, "@#$%_total"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(NameOf(Strategy::kUtf8WithSuffixes, c.name, c.unit, c.kind), c.expected);
  }
}

TEST(OtlpNames, NoTranslationKeepsTheName) {
  EXPECT_EQ(NameOf(Strategy::kNoTranslation, "system.io", "By", kCounter), "system.io");
}

TEST(OtlpNames, ANameOfNoLettersIsRefused) {
  for (const Strategy strategy :
       {Strategy::kUnderscoresWithSuffixes, Strategy::kUnderscoresWithoutSuffixes}) {
    EXPECT_EQ(NameOf(strategy, "@#$%", "", kGauge), "refused");
    EXPECT_EQ(NameOf(strategy, "\u3088\u3046", "", kGauge), "refused");
  }
  for (const Strategy strategy : {Strategy::kUtf8WithSuffixes, Strategy::kNoTranslation}) {
    EXPECT_EQ(NameOf(strategy, "", "", kGauge), "refused");
  }
}

std::string LabelOf(const Settings& settings, const std::string& key) {
  const auto made = LabelName(settings, key);
  return made.ok() ? *made : "refused";
}

TEST(OtlpNames, LabelsAreEscaped) {
  const Settings settings;
  EXPECT_EQ(LabelOf(settings, "label:with:colons"), "label_with_colons");
  EXPECT_EQ(LabelOf(settings, "LabelWithCapitalLetters"), "LabelWithCapitalLetters");
  EXPECT_EQ(LabelOf(settings, "label!with&special$chars)"), "label_with_special_chars_");
  EXPECT_EQ(LabelOf(settings, "label_with_foreign_characters_\u5b57\u7b26"),
            "label_with_foreign_characters___");
  EXPECT_EQ(LabelOf(settings, "123label"), "key_123label");
  EXPECT_EQ(LabelOf(settings, "_private"), "key_private");
  EXPECT_EQ(LabelOf(settings, "__reserved"), "__reserved");
  EXPECT_EQ(LabelOf(settings, "\u3088\u3046"), "refused");
  EXPECT_EQ(LabelOf(settings, ""), "refused");
}

TEST(OtlpNames, UnderscoresOfLabelsCanBeLeftOrPutTogether) {
  Settings settings;
  settings.sanitize_underscores = false;
  EXPECT_EQ(LabelOf(settings, "_private"), "_private");
  EXPECT_EQ(LabelOf(settings, "123label"), "key_123label");
  settings.preserve_underscores = false;
  EXPECT_EQ(LabelOf(settings, "a..b__c"), "a_b_c");
}

TEST(OtlpNames, LabelsOfUtf8StayAsTheyAre) {
  Settings settings;
  settings.strategy = Strategy::kNoTranslation;
  EXPECT_EQ(LabelOf(settings, "label.with.dots"), "label.with.dots");
  EXPECT_EQ(LabelOf(settings, ""), "refused");
}

}  // namespace
}  // namespace vedette::model::otlp
