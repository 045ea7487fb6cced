#include "model/exposition/protobuf_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "base/status.h"
#include "base/strings.h"

namespace vedette::model::exposition {
namespace {

// A field of bytes, shorter than 128.
std::string Bytes(int field, const std::string& value) {
  std::string out;
  out += static_cast<char>(field << 3 | 2);
  out += static_cast<char>(value.size());
  return out + value;
}
std::string Varint(int field, uint8_t value) {
  return {static_cast<char>(field << 3), static_cast<char>(value)};
}
std::string Page(const std::string& family) { return static_cast<char>(family.size()) + family; }
std::string Label(const std::string& name, const std::string& value) {
  return Bytes(1, Bytes(1, name) + Bytes(2, value));
}
// A gauge of 0 with these labels.
std::string Gauge(const std::string& name, const std::string& labels) {
  return Page(Bytes(1, name) + Varint(3, 1) + Bytes(4, labels + Bytes(2, "")));
}

// The message behind a tag and its length, of any length.
std::string BehindLength(const std::string& tag, const std::string& message) {
  std::string out = tag;
  size_t size = message.size();
  for (; size >= 0x80; size >>= 7) out += static_cast<char>(size | 0x80);
  return out + static_cast<char>(size) + message;
}

std::string ErrorOf(const std::string& page) {
  ProtobufReader reader(page, {});
  for (;;) {
    const auto kind = reader.Next();
    if (!kind.ok()) return std::string(base::Message(kind.status()));
    if (*kind == EntryKind::kEnd) return "";
    if (*kind != EntryKind::kSeries) continue;
    Labels labels;
    const base::Status status = reader.ReadLabels(&labels);
    if (!status.ok()) return std::string(base::Message(status));
  }
}

TEST(ProtobufReader, ErrorsNameFamilyAndField) {
  EXPECT_EQ(ErrorOf(Gauge("a", "")), "");
  EXPECT_EQ(ErrorOf(Page("") + Gauge("a", Label("x", "1") + Label("x", "2"))),
            "family 2 (\"a\"): metric 1: field label: label name \"x\" is not unique");
  EXPECT_EQ(ErrorOf(Gauge("a", Label("x", "\xff"))),
            "family 1 (\"a\"): metric 1: field label.value: \"\\xff\" of \"x\" is not valid UTF-8");
  EXPECT_EQ(ErrorOf(Gauge("", "")), "family 1: field name: empty");
  EXPECT_EQ(ErrorOf(Page(Bytes(1, "a") + Varint(3, 9) + Bytes(4, ""))),
            "family 1 (\"a\"): field type: found 9; allowed: 0 (counter) to 5 (gauge histogram)");
  EXPECT_EQ(ErrorOf(Page(Bytes(1, "a") + Bytes(5, "seconds") + Bytes(4, ""))),
            "family 1 (\"a\"): field unit: \"seconds\" is not a suffix of metric \"a\"");
  // A histogram whose bucket is longer than the histogram.
  EXPECT_EQ(ErrorOf(Page(Bytes(1, "h") + Varint(3, 4) + Bytes(4, Bytes(7, "\x1a\x7f")))),
            "family 1 (\"h\"): metric 1: field histogram.bucket: malformed protobuf");
}

TEST(ProtobufReader, LengthsAreHeldAgainstWhatIsThere) {
  EXPECT_EQ(ErrorOf(Gauge("a", "") + "\x7f"),
            "family 2: its length does not fit what is left of the page");
  EXPECT_EQ(ErrorOf(std::string("\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9)),
            "family 1: its length does not fit what is left of the page");
  // Five gigabytes of deltas, in four bytes.
  EXPECT_EQ(
      ErrorOf(Page(Bytes(1, "h") + Varint(3, 4) + Bytes(4, Bytes(7, "\x6a\xff\xff\xff\xff\x13")))),
      "family 1 (\"h\"): metric 1: field histogram.positive buckets: malformed protobuf");
}

TEST(ProtobufReader, MorePartsThanAnyHistogramHasAreRefused) {
  std::string deltas;
  for (int i = 0; i < 70'000; ++i) deltas += std::string("\x68\x00", 2);
  const std::string metric = BehindLength("\x22", BehindLength("\x3a", deltas));
  EXPECT_EQ(ErrorOf(BehindLength("", Bytes(1, "h") + Varint(3, 4) + metric)),
            "family 1 (\"h\"): metric 1: field histogram.positive buckets: more than 65536");
}

// Where they end is looked for once a metric, not once a bucket.
TEST(ProtobufReader, AsManyBucketsAsThereMayBeAreSaidOnceEachAndInfWithThem) {
  constexpr size_t kBuckets = 65'536;
  std::string buckets;
  for (size_t i = 0; i < kBuckets; ++i) buckets += Bytes(3, "");
  const std::string page = BehindLength(
      "", Bytes(1, "h") + Varint(3, 4) + BehindLength("\x22", BehindLength("\x3a", buckets)));
  ProtobufReader reader(page, {});
  size_t series = 0;
  for (auto kind = reader.Next(); *kind != EntryKind::kEnd; kind = reader.Next()) {
    if (*kind == EntryKind::kSeries) ++series;
  }
  EXPECT_EQ(series, 2 + kBuckets + 1);
}

TEST(ProtobufReader, TheSameSeriesHasTheSameBytesInAnyOrderOfLabels) {
  const auto key = [](const std::string& page) {
    ProtobufReader reader(page, {});
    while (*reader.Next() != EntryKind::kSeries) continue;
    return std::string(reader.series());
  };
  EXPECT_EQ(key(Gauge("a", Label("x", "1") + Label("y", "2"))),
            key(Gauge("a", Label("y", "2") + Label("x", "1"))));
  EXPECT_NE(key(Gauge("a", Label("x", "1y2"))), key(Gauge("a", Label("x", "1") + Label("y", "2"))));
}

}  // namespace
}  // namespace vedette::model::exposition
