#include <gtest/gtest.h>

#include "collector/logstore/columns/granule.h"
#include "collector/logstore/columns/trigram_filter.h"
#include "granule_lines.h"

namespace vedette::logstore {
namespace {

struct Stored {
  GranuleMeta meta;
  std::string bytes;

  std::string_view directory() const {
    return std::string_view(bytes).substr(0, meta.directory_stored);
  }
  std::string_view blobs() const {
    return std::string_view(bytes).substr(meta.directory_stored, meta.blobs_stored);
  }
  std::string_view filter() const {
    return std::string_view(bytes).substr(bytes.size() - meta.filter_stored);
  }
};

Stored Encode(const GranuleLines& lines) {
  GranuleWriter writer;
  Stored stored;
  stored.bytes = writer.Encode(lines.rows, &stored.meta);
  return stored;
}

TEST(GranuleSearch, FilterAndColumnsMissNoLine) {
  size_t candidates = 0;
  size_t all = 0;
  for (uint32_t seed = 40; seed < 60; ++seed) {
    const GranuleLines lines = RandomLines(seed, seed * 20);
    const Stored stored = Encode(lines);
    const MemoryBlobs blobs(stored.blobs());
    std::mt19937 random(seed);
    for (int i = 0; i < 60; ++i) {
      const std::string_view of = lines.rows[random() % lines.rows.size()].line;
      if (of.empty()) continue;
      const std::string needle(of.substr(random() % of.size(), 1 + random() % 14));
      EXPECT_TRUE(MayHave(stored.filter(), needle)) << needle << " of " << of;
      auto granule = Granule::Parse(stored.directory(), stored.meta, &blobs);
      ASSERT_TRUE(granule.ok());
      const auto searched = (*granule)->Search(std::vector<bool>(7, true), {{needle}});
      ASSERT_TRUE(searched.ok()) << searched.status();
      const RowSet& rows = *searched;
      for (size_t row = 0; row < lines.rows.size(); ++row) {
        const bool has = lines.rows[row].line.find(needle) != std::string::npos;
        EXPECT_TRUE(!has || rows.Has(row)) << "'" << needle << "' in " << lines.rows[row].line;
        candidates += rows.Has(row) ? 1 : 0;
        ++all;
      }
    }
  }
  EXPECT_LT(candidates * 3, all);
}

TEST(GranuleSearch, FilterLeavesOutWhatNoLineHas) {
  const Stored stored = Encode(RandomLines(41, 2000));
  EXPECT_LT(stored.meta.filter_stored, 64u << 10);
  for (const std::string_view needle : {"QQQ", "NEEDLE-7f3a9c2e", "trace_id=x", "orker7", "vetx"}) {
    EXPECT_FALSE(MayHave(stored.filter(), needle)) << needle;
  }
  // Ids are the same to it, and so is what is too short.
  for (const std::string_view needle : {"0123456789", "QQ", "", "trace_id=7f3a", "veth12"}) {
    EXPECT_TRUE(MayHave(stored.filter(), needle)) << needle;
  }
}

// Every space of the needle may be a border of a slot: a search for each of them in each column
// would take minutes.
TEST(GranuleSearch, ALongNeedleOfWordsIsFoundWithoutASearchForEachWord) {
  std::string words;
  while (words.size() < 16'384) words += "the ";
  std::vector<std::string> texts;
  for (int i = 0; i < 2000; ++i) {
    texts.push_back("user=" + std::to_string(i) + " said " + words.substr(0, i % 7 * 4) + "end");
  }
  texts[1234] = words + "end";
  std::vector<GranuleRow> rows;
  const model::Labels none;
  for (size_t i = 0; i < texts.size(); ++i) {
    rows.push_back({static_cast<int64_t>(i), i, 0, false, &none, texts[i]});
  }
  GranuleWriter writer;
  Stored stored;
  stored.bytes = writer.Encode(rows, &stored.meta);
  const MemoryBlobs blobs(stored.blobs());
  auto granule = Granule::Parse(stored.directory(), stored.meta, &blobs);
  ASSERT_TRUE(granule.ok());
  const auto found = (*granule)->Search({true}, {{words}});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->Has(1234));
  EXPECT_LT(found->size(), 2000u);
}

TEST(GranuleSearch, EndsWhenItIsStopped) {
  const Stored stored = Encode(RandomLines(42, 500));
  const MemoryBlobs blobs(stored.blobs());
  auto granule = Granule::Parse(stored.directory(), stored.meta, &blobs);
  ASSERT_TRUE(granule.ok());
  std::stop_source stop;
  stop.request_stop();
  const auto found = (*granule)->Search(std::vector<bool>(7, true), {{"a"}}, stop.get_token());
  EXPECT_EQ(found.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace vedette::logstore
