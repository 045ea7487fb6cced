#include "collector/logstore/columns/line_renderer.h"

#include <gtest/gtest.h>

#include <random>

#include "collector/logstore/columns/granule.h"
#include "granule_lines.h"

namespace vedette::logstore {
namespace {

TEST(LineRenderer, WritesAnyLinesAsTheyWere) {
  LineRenderer renderer;
  TextBuffer text;
  for (uint32_t seed = 80; seed < 92; ++seed) {
    const GranuleLines lines = RandomLines(seed, 700);
    GranuleWriter writer;
    GranuleMeta meta;
    const std::string stored(writer.Encode(lines.rows, &meta));
    const MemoryBlobs blobs(std::string_view(stored).substr(meta.directory_stored));
    auto parsed = Granule::Parse(stored.substr(0, meta.directory_stored), meta, &blobs);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    Granule& granule = **parsed;
    ASSERT_TRUE(granule.LoadIds().ok());
    std::mt19937 random(seed);
    std::vector<size_t> ends(1, 0);
    std::vector<std::string_view> want;
    text.Clear();
    for (size_t shape = 0; shape < granule.shapes(); ++shape) {
      ASSERT_TRUE(granule.LoadShapeAlone(shape).ok());
      // All of them, or some.
      std::vector<uint32_t> places;
      for (uint32_t place = 0; place < granule.shape(shape).rows; ++place) {
        if (seed % 2 == 0 || random() % 8 == 0) places.push_back(place);
      }
      renderer.Render(granule.shape(shape), places, &text, &ends);
      for (const uint32_t place : places) {
        want.push_back(lines.rows[granule.shape(shape).own_rows[place]].line);
      }
    }
    ASSERT_EQ(ends.size(), want.size() + 1);
    for (size_t i = 0; i < want.size(); ++i) EXPECT_EQ(text.view(ends[i], ends[i + 1]), want[i]);
  }
}

}  // namespace
}  // namespace vedette::logstore
