#include "collector/logstore/columns/granule.h"

#include <gtest/gtest.h>

#include "granule_lines.h"

namespace vedette::logstore {
namespace {

base::StatusOr<std::unique_ptr<Granule>> LoadAll(std::string_view stored, const GranuleMeta& meta,
                                                 const BlobSource* blobs) {
  auto granule = Granule::Parse(stored.substr(0, meta.directory_stored), meta, blobs);
  if (!granule.ok()) return granule;
  VEDETTE_RETURN_IF_ERROR((*granule)->LoadTimes());
  VEDETTE_RETURN_IF_ERROR((*granule)->LoadOrigins());
  VEDETTE_RETURN_IF_ERROR((*granule)->LoadLines());
  return granule;
}

void ExpectSame(const Granule& granule, const GranuleLines& lines, uint32_t seed) {
  ASSERT_EQ(granule.rows(), lines.rows.size());
  for (size_t i = 0; i < lines.rows.size(); ++i) {
    const GranuleRow& row = lines.rows[i];
    std::string line;
    granule.AppendLine(i, &line);
    ASSERT_EQ(line, row.line) << "seed " << seed << " row " << i;
    ASSERT_EQ(granule.times()[i], row.timestamp_ns);
    ASSERT_EQ(granule.stream(i), row.stream);
    ASSERT_EQ(granule.sequence(i), row.sequence);
    ASSERT_EQ(granule.sourced(i), row.sourced);
    ASSERT_EQ(granule.metadata(i), *row.metadata);
  }
}

TEST(Granule, LinesComeBackToTheByteWithAllThatIsKeptOfThem) {
  GranuleWriter writer;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    const GranuleLines lines = RandomLines(seed, seed < 50 ? seed : 3000);
    GranuleMeta meta;
    const std::string stored(writer.Encode(lines.rows, &meta));
    const MemoryBlobs blobs(std::string_view(stored).substr(meta.directory_stored));
    const auto granule = LoadAll(stored, meta, &blobs);
    ASSERT_TRUE(granule.ok()) << granule.status() << " seed " << seed;
    ExpectSame(**granule, lines, seed);
  }
}

TEST(Granule, ExtremesComeBack) {
  GranuleLines lines;
  const model::Labels none;
  const std::string large(1 << 20, 'x');
  lines.rows = {{INT64_MIN, UINT64_MAX, 0, true, &none, large},
                {-1, 0, 9, false, &none, ""},
                {INT64_MAX, 1, 9, false, &none, "\"\"=\"\":"}};
  GranuleWriter writer;
  GranuleMeta meta;
  const std::string stored(writer.Encode(lines.rows, &meta));
  const MemoryBlobs blobs(std::string_view(stored).substr(meta.directory_stored));
  const auto granule = LoadAll(stored, meta, &blobs);
  ASSERT_TRUE(granule.ok()) << granule.status();
  ExpectSame(**granule, lines, 0);
}

// The directory is guarded by its part's index; a blob by the directory.
TEST(Granule, AFlippedByteOfABlobIsRefusedNotTrusted) {
  const GranuleLines lines = RandomLines(51, 3000);
  GranuleWriter writer;
  GranuleMeta meta;
  const std::string stored(writer.Encode(lines.rows, &meta));
  std::mt19937 random(1);
  for (int i = 0; i < 100; ++i) {
    std::string damaged = stored;
    damaged[meta.directory_stored + random() % meta.blobs_stored] ^= 0x20;
    const MemoryBlobs blobs(std::string_view(damaged).substr(meta.directory_stored));
    const auto granule = LoadAll(damaged, meta, &blobs);
    EXPECT_EQ(granule.status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(Granule, LiesAboutSizesAreRefusedBeforeMemoryIsTaken) {
  const GranuleLines lines = RandomLines(20, 20);
  GranuleWriter writer;
  GranuleMeta meta;
  const std::string stored(writer.Encode(lines.rows, &meta));
  const MemoryBlobs blobs(std::string_view(stored).substr(meta.directory_stored));
  const std::vector<uint64_t GranuleMeta::*> fields = {&GranuleMeta::rows, &GranuleMeta::line_bytes,
                                                       &GranuleMeta::directory_bytes};
  for (const auto field : fields) {
    GranuleMeta lie = meta;
    lie.*field = uint64_t{1} << 40;
    EXPECT_FALSE(LoadAll(stored, lie, &blobs).ok());
  }
  GranuleMeta lie = meta;
  ++lie.rows;
  EXPECT_FALSE(LoadAll(stored, lie, &blobs).ok());
  for (size_t cut = 0; cut < meta.directory_stored; ++cut) {
    EXPECT_FALSE(Granule::Parse(std::string_view(stored).substr(0, cut), meta, &blobs).ok());
  }
}

}  // namespace
}  // namespace vedette::logstore
