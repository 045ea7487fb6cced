#include "model/wire_batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace vedette::model {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string Varint(uint64_t n) {
  std::string out;
  for (; n >= 0x80; n >>= 7) out.push_back(static_cast<char>(n | 0x80));
  out.push_back(static_cast<char>(n));
  return out;
}

std::string Field(char tag, std::string_view bytes) {
  return tag + Varint(bytes.size()) + std::string(bytes);
}

std::string Label(std::string_view name, std::string_view value) {
  return Field(0x0a, Field(0x0a, name) + Field(0x12, value));
}

std::string Sample(int64_t time_ms) {
  return Field(0x12, "\x10" + Varint(static_cast<uint64_t>(time_ms)));
}

std::string Wire(const Pairs& labels, const std::vector<int64_t>& times) {
  std::string series;
  for (const auto& [name, value] : labels) series += Label(name, value);
  for (const int64_t time : times) series += Sample(time);
  return Field(0x0a, series);
}

WireBatch Parsed(const std::string& bytes) {
  auto batch = WireBatch::ParseV1(bytes);
  EXPECT_TRUE(batch.ok()) << batch.status();
  return *std::move(batch);
}

TEST(WireBatch, ShowsWhatWasEncoded) {
  const std::vector<SeriesSamples> series = {
      {Labels({{"__name__", "up"}, {"job", "a"}}), {1000, -5}, {1.5, StaleNan()}},
      {Labels({{"__name__", "none"}}), {}, {}},
      {Labels({{"__name__", "z"}, {"long", std::string(300, 'x')}}), {7}, {0}}};
  const std::string bytes = EncodeRemoteWrite(series);
  const WireBatch batch = Parsed(bytes);
  ASSERT_EQ(batch.size(), 2u);
  ASSERT_EQ(batch.Samples(0).size(), 2u);
  EXPECT_EQ(batch.Samples(0)[0].value, 1.5);
  EXPECT_EQ(batch.Samples(0)[1].time_ms, -5);
  EXPECT_TRUE(IsStaleNan(batch.Samples(0)[1].value));
  ASSERT_EQ(batch.Samples(1).size(), 1u);
  EXPECT_EQ(batch.Samples(1)[0].time_ms, 7);
  EXPECT_EQ(batch.samples().size(), 3u);
  EXPECT_FALSE(batch.row_time_ms());
  for (const auto& [at, from] : {std::pair{0, 0}, {1, 2}}) {
    const Labels& labels = series[static_cast<size_t>(from)].labels;
    const auto i = static_cast<size_t>(at);
    EXPECT_TRUE(batch.LabelsAre(i, labels.bytes()));
    EXPECT_FALSE(batch.LabelsAre(1 - i, labels.bytes()));
    EXPECT_EQ(batch.LabelHash(i), labels.Hash());
    ASSERT_TRUE(batch.LabelsOf(i).ok());
    EXPECT_EQ(*batch.LabelsOf(i), labels);
  }
}

TEST(WireBatch, ARowIsOneSampleEachAtOneTime) {
  const Pairs a = {{"__name__", "a"}};
  const Pairs b = {{"__name__", "b"}};
  EXPECT_EQ(Parsed(Wire(a, {5}) + Wire(b, {5})).row_time_ms(), 5);
  EXPECT_EQ(Parsed(Wire(a, {5}) + Wire(b, {})).row_time_ms(), 5);
  EXPECT_EQ(Parsed(Wire(a, {5}) + Wire(b, {6})).row_time_ms(), std::nullopt);
  EXPECT_EQ(Parsed(Wire(a, {5, 5}) + Wire(b, {})).row_time_ms(), std::nullopt);
  EXPECT_EQ(Parsed("").row_time_ms(), std::nullopt);
}

TEST(WireBatch, LabelsAreTellsEveryDifference) {
  const Pairs pairs = {{"__name__", "node_cpu_seconds_total"},
                       {"cpu", "1"},
                       {"instance", std::string(254, 'i')},
                       {"job", std::string(255, 'j')},
                       {"mode", std::string(40000, 'm')}};
  const std::string bytes = Wire(pairs, {1});
  const WireBatch batch = Parsed(bytes);
  EXPECT_TRUE(batch.LabelsAre(0, Labels::FromPairs(pairs).bytes()));
  for (size_t i = 0; i < pairs.size(); ++i) {
    for (const size_t at : {size_t{0}, pairs[i].second.size() / 2, pairs[i].second.size() - 1}) {
      Pairs other = pairs;
      other[i].second[at] ^= 1;
      EXPECT_FALSE(batch.LabelsAre(0, Labels::FromPairs(other).bytes())) << i << " at " << at;
    }
    Pairs other = pairs;
    other[i].first.back() ^= 1;
    EXPECT_FALSE(batch.LabelsAre(0, Labels::FromPairs(other).bytes())) << i;
    other = pairs;
    other[i].second += 'x';
    EXPECT_FALSE(batch.LabelsAre(0, Labels::FromPairs(other).bytes())) << i;
    other = pairs;
    other.erase(other.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_FALSE(batch.LabelsAre(0, Labels::FromPairs(other).bytes())) << i;
  }
  Pairs more = pairs;
  more.emplace_back("zone", "z");
  EXPECT_FALSE(batch.LabelsAre(0, Labels::FromPairs(more).bytes()));
  EXPECT_FALSE(batch.LabelsAre(0, ""));
}

TEST(WireBatch, EmptyValuesAreNoLabels) {
  const std::string bytes = Wire({{"__name__", "a"}, {"b", ""}, {"c", "d"}}, {1});
  const WireBatch batch = Parsed(bytes);
  const Labels labels{{"__name__", "a"}, {"c", "d"}};
  EXPECT_TRUE(batch.LabelsAre(0, labels.bytes()));
  EXPECT_EQ(batch.LabelHash(0), labels.Hash());
  EXPECT_EQ(*batch.LabelsOf(0), labels);
}

TEST(WireBatch, AnyOrderOfFieldsAndLabelsIsRead) {
  const Labels labels{{"__name__", "a"}, {"c", "d"}, {"e", "f"}};
  const std::string swapped = Field(0x0a, Field(0x12, "d") + Field(0x0a, "c"));
  const std::string unknown = Field(0x7a, "more");
  const std::string parts[] = {Label("__name__", "a"), swapped, Sample(1), unknown,
                               Label("e", "f")};
  size_t order[] = {0, 1, 2, 3, 4};
  do {
    std::string series;
    for (const size_t i : order) series += parts[i];
    const std::string bytes = Field(0x0a, series) + Field(0x0a, series);
    const WireBatch batch = Parsed(bytes);
    ASSERT_EQ(batch.size(), 2u);
    for (size_t i = 0; i < 2; ++i) {
      ASSERT_TRUE(batch.LabelsOf(i).ok());
      EXPECT_EQ(*batch.LabelsOf(i), labels);
      EXPECT_EQ(batch.LabelHash(i), labels.Hash());
      ASSERT_EQ(batch.Samples(i).size(), 1u);
    }
  } while (std::next_permutation(std::begin(order), std::end(order)));
}

TEST(WireBatch, ABadSeriesHarmsNoOther) {
  const std::string good = Wire({{"__name__", "good"}}, {1});
  const std::vector<std::pair<std::string, std::string>> cases = {
      {Wire({{"job", "a"}}, {1}), "series without a metric name (__name__): {job=\"a\"}"},
      {Wire({}, {1}), "series without a metric name (__name__): {}"},
      {Wire({{"__name__", "a"}, {"", "b"}}, {1}),
       "label without a name in series {\"\"=\"b\", __name__=\"a\"}"},
      {Wire({{"__name__", "a"}, {"b", "1"}, {"b", "2"}}, {1}),
       "label name \"b\" is not unique in series {__name__=\"a\", b=\"2\"}"},
      {Wire({{"__name__", "a\xff"}}, {1}),
       "label \"__name__\" is not valid UTF-8 in series {__name__=\"a\\xff\"}"},
      {Wire({{"__name__", "a"}, {"b", std::string(65 << 10, 'b')}}, {1}),
       "label \"b\" is longer than allowed (4096 bytes of name, 65536 of value) in series "
       "{__name__=\"a\", b=\"bbb"},
      {Wire(Pairs(300, {"a", "b"}), {1}),
       "series has 300 labels, allowed are 256; its first: {a=\"b\"}"},
      {Field(0x0a, Field(0x0a, "\x0a\x09x") + Sample(1)),
       "series 1 of the request has a malformed label"},
  };
  for (const auto& [bad, message] : cases) {
    const std::string bytes = good + bad + good;
    const WireBatch batch = Parsed(bytes);
    ASSERT_EQ(batch.size(), 3u);
    EXPECT_TRUE(batch.LabelsOf(0).ok());
    EXPECT_TRUE(batch.LabelsOf(2).ok());
    const auto labels = batch.LabelsOf(1);
    ASSERT_FALSE(labels.ok()) << message;
    EXPECT_EQ(labels.status().message().substr(0, message.size()), message);
    EXPECT_LT(labels.status().message().size(), 2000u);
    EXPECT_FALSE(batch.LabelsAre(1, Labels({{"__name__", "good"}}).bytes()));
    batch.LabelHash(1);
  }
}

TEST(WireBatch, EveryCutIsRefusedOrWhole) {
  const std::string first = Wire({{"__name__", "up"}, {"job", "abc"}}, {1000, 2000});
  const std::string whole = first + Wire({{"__name__", "down"}}, {3});
  for (size_t n = 1; n < whole.size(); ++n) {
    EXPECT_EQ(WireBatch::ParseV1(whole.substr(0, n)).ok(), n == first.size()) << n;
  }
  EXPECT_TRUE(WireBatch::ParseV1("").ok());
  EXPECT_EQ(WireBatch::ParseV1(first + "\x0a\xff").status().message(),
            "not a remote write 1.0 request: a series is malformed at byte " +
                std::to_string(first.size()));
}

// Field numbers are 1 to 2^29 - 1; others are a sign of bytes that are no protobuf.
TEST(WireBatch, FieldsOfImpossibleNumbersAreRefused) {
  const auto inside = [](uint8_t tag, const std::string& body) {
    return std::string(1, static_cast<char>(tag)) + std::string(1, static_cast<char>(body.size())) +
           body;
  };
  for (const std::string& field :
       {std::string("\x00\x01", 2), std::string("\x02\x00", 2), std::string("\x01") + "12345678",
        std::string("\x05") + "1234", std::string("\x80\x80\x80\x80\x10\x01")}) {
    for (const std::string& request :
         {field, inside(0x0a, field), inside(0x0a, inside(0x12, field))}) {
      const auto batch = WireBatch::ParseV1(request);
      ASSERT_TRUE(absl::IsInvalidArgument(batch.status())) << batch.status();
      EXPECT_NE(batch.status().ToString().find("malformed at byte"), std::string::npos);
    }
    for (const std::string& request :
         {field, inside(0x2a, field), inside(0x2a, inside(0x12, field))}) {
      EXPECT_TRUE(absl::IsInvalidArgument(WireBatch::ParseV2(request).status()));
    }
  }
  EXPECT_TRUE(WireBatch::ParseV1("\xf8\xff\xff\xff\x0f\x01").ok()) << "the largest number";
}

TEST(WireBatch, TooManySamplesAreRefused) {
  RemoteWriteLimits limits;
  limits.max_samples = 1;
  const std::string two = Wire({{"__name__", "a"}}, {1, 2});
  EXPECT_TRUE(absl::IsResourceExhausted(WireBatch::ParseV1(two, limits).status()));
}

TEST(WireBatch, LivesOnWhenMoved) {
  std::string bytes;
  const std::string split = Field(0x0a, Label("__name__", "a") + Sample(1) + Label("b", "c"));
  for (int i = 0; i < 9; ++i) bytes += split;
  WireBatch first = Parsed(bytes);
  const WireBatch second = std::move(first);
  for (size_t i = 0; i < 9; ++i) {
    EXPECT_TRUE(second.LabelsAre(i, Labels({{"__name__", "a"}, {"b", "c"}}).bytes()));
  }
}

WireSeries Everything() {
  WireSeries series;
  series.labels = Labels({{"__name__", "latency_seconds"}, {"job", "a"}});
  series.samples = {{1000, 1.5}, {2000, -0.0}};
  series.starts_ms = {900, 0};
  TimedHistogram histogram{3000, 800, {}};
  histogram.histogram.count = 3;
  histogram.histogram.sum = 4.5;
  histogram.histogram.schema = 3;
  histogram.histogram.positive = {{{-2, 2}}, {2, -1}, {}};
  series.histograms = {histogram};
  series.exemplars = {{Labels({{"trace_id", "abc"}}), 0.25, 2500}, {{}, 1, 2600}};
  series.metadata = {"histogram", "How long.", "seconds"};
  return series;
}

WireSeries Plain() {
  WireSeries series;
  series.labels = Labels({{"__name__", "up"}});
  series.samples = {{5, 1}};
  return series;
}

void ExpectEverything(const WireBatch& batch, bool has_starts) {
  const WireSeries expected = Everything();
  ASSERT_EQ(batch.size(), 2u);
  EXPECT_EQ(*batch.LabelsOf(0), expected.labels);
  EXPECT_TRUE(batch.LabelsAre(0, expected.labels.bytes()));
  EXPECT_FALSE(batch.LabelsAre(1, expected.labels.bytes()));
  EXPECT_EQ(batch.LabelHash(0), expected.labels.Hash());
  ASSERT_EQ(batch.Samples(0).size(), 2u);
  EXPECT_TRUE(std::signbit(batch.Samples(0)[1].value));
  ASSERT_EQ(batch.histogram_count(0), 1u);
  const auto histogram = batch.HistogramOf(0, 0);
  ASSERT_TRUE(histogram.ok()) << histogram.status();
  EXPECT_EQ(histogram->histogram, expected.histograms[0].histogram);
  EXPECT_EQ(histogram->time_ms, 3000);
  EXPECT_EQ(histogram->start_ms, 800);
  ASSERT_EQ(batch.exemplar_count(0), 2u);
  for (size_t k = 0; k < 2; ++k) {
    ASSERT_TRUE(batch.ExemplarOf(0, k).ok());
    EXPECT_EQ(*batch.ExemplarOf(0, k), expected.exemplars[k]);
  }
  EXPECT_EQ(batch.histogram_count(1), 0u);
  EXPECT_EQ(batch.exemplar_count(1), 0u);
  ASSERT_EQ(batch.Samples(1).size(), 1u);
  EXPECT_EQ(batch.Samples(1)[0].time_ms, 5);
  int families = 0;
  batch.ForEachFamily([&](const WireBatch::FamilyView& family) {
    ++families;
    EXPECT_EQ(family.family, "latency_seconds");
    EXPECT_EQ(family.type, expected.metadata.type);
    EXPECT_EQ(family.help, expected.metadata.help);
    EXPECT_EQ(family.unit, expected.metadata.unit);
  });
  EXPECT_EQ(families, 1);
  EXPECT_EQ(batch.starts_ms().empty(), !has_starts);
  if (!has_starts) return;
  ASSERT_EQ(batch.starts_ms().size(), batch.samples().size());
  EXPECT_EQ(batch.Starts(0)[0], 900);
  EXPECT_EQ(batch.Starts(0)[1], 0);
  EXPECT_EQ(batch.Starts(1)[0], 0);
}

TEST(WireBatch, BothVersionsCarryEverything) {
  const WireSeries series[] = {Everything(), Plain()};
  const std::string v1 = EncodeRemoteWriteV1(series);
  const std::string v2 = EncodeRemoteWriteV2(series);
  const auto first = WireBatch::ParseV1(v1);
  ASSERT_TRUE(first.ok()) << first.status();
  ExpectEverything(*first, false);
  const auto second = WireBatch::ParseV2(v2);
  ASSERT_TRUE(second.ok()) << second.status();
  ExpectEverything(*second, true);
}

TEST(WireBatchV2, SymbolsMayComeLastAndReferencesOneByOne) {
  const std::string series = std::string("\x08\x01\x0a\x01\x02\x12\x02\x10\x07", 9);
  const std::string symbols = Field(0x22, "") + Field(0x22, "__name__") + Field(0x22, "up");
  for (const std::string& bytes : {Field(0x2a, series) + symbols, symbols + Field(0x2a, series)}) {
    const auto batch = WireBatch::ParseV2(bytes);
    ASSERT_TRUE(batch.ok()) << batch.status();
    ASSERT_EQ(batch->size(), 1u);
    EXPECT_EQ(*batch->LabelsOf(0), Labels({{"__name__", "up"}}));
    EXPECT_EQ(batch->Samples(0)[0].time_ms, 7);
  }
}

TEST(WireBatchV2, ASeriesCreationTimeIsThatOfItsSamples) {
  const std::string symbols = Field(0x22, "") + Field(0x22, "__name__") + Field(0x22, "up");
  const std::string labels = Field(0x0a, "\x01\x02");
  const std::string created = "\x30" + Varint(77);
  const std::string histogram = Field(0x1a, std::string("\x08\x00", 2));
  const std::string bytes = symbols + Field(0x2a, labels + Sample(1)) +
                            Field(0x2a, labels + created + Sample(100) + histogram) +
                            Field(0x2a, labels + Sample(2) + histogram);
  const auto batch = WireBatch::ParseV2(bytes);
  ASSERT_TRUE(batch.ok()) << batch.status();
  ASSERT_EQ(batch->size(), 3u);
  EXPECT_EQ(batch->Starts(0)[0], 0);
  EXPECT_EQ(batch->Starts(1)[0], 77);
  EXPECT_EQ(batch->Starts(2)[0], 0);
  EXPECT_EQ(batch->HistogramOf(1, 0)->start_ms, 77);
  EXPECT_EQ(batch->HistogramOf(2, 0)->start_ms, 0);
}

TEST(WireBatchV2, BadReferencesAreNamed) {
  const std::string symbols = Field(0x22, "") + Field(0x22, "__name__") + Field(0x22, "up");
  const auto error = [&](const std::string& refs) {
    const std::string bytes = symbols + Field(0x2a, Field(0x0a, refs) + Sample(1));
    const auto batch = WireBatch::ParseV2(bytes);
    EXPECT_TRUE(batch.ok());
    batch->LabelHash(0);
    EXPECT_FALSE(batch->LabelsAre(0, Labels({{"__name__", "up"}}).bytes()));
    return std::string(batch->LabelsOf(0).status().message());
  };
  EXPECT_EQ(error("\x01\x03"), "series 0 of the request refers to symbol 3, found 3 symbols");
  EXPECT_EQ(error("\x01"),
            "series 0 of the request has 1 label references; allowed is an even number");
  EXPECT_EQ(error("\x01\xff"), "series 0 of the request has a malformed label");
  EXPECT_EQ(error(""), "series without a metric name (__name__): {}");
}

TEST(WireBatchV2, ARequestOfTheOtherVersionIsEmpty) {
  const WireSeries series[] = {Everything(), Plain()};
  const std::string v1 = EncodeRemoteWriteV1(series);
  const std::string v2 = EncodeRemoteWriteV2(series);
  EXPECT_EQ(WireBatch::ParseV1(v2)->size(), 0u);
  EXPECT_EQ(WireBatch::ParseV2(v1)->size(), 0u);
}

TEST(WireBatchV2, EveryCutIsRefusedOrShorter) {
  const WireSeries series[] = {Everything(), Plain()};
  const std::string whole = EncodeRemoteWriteV2(series);
  for (size_t n = 0; n < whole.size(); ++n) {
    const std::string cut = whole.substr(0, n);
    const auto batch = WireBatch::ParseV2(cut);
    EXPECT_TRUE(!batch.ok() || batch->size() < 2) << n;
  }
}

}  // namespace
}  // namespace vedette::model
