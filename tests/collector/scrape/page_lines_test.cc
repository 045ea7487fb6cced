#include "collector/scrape/page_lines.h"

#include <map>
#include <random>

#include "collector/scrape/scrape_cache.h"
#include "gtest/gtest.h"

// Pages line by line: whatever changes between two of them, each line is what it was.

namespace vedette::scrape {
namespace {

struct PageLine {
  std::string lead, text;
};
using PageOfLines = std::vector<PageLine>;

class PageLinesTest : public ::testing::Test {
 protected:
  // Reads the page as a scrape does; returns whether it repeated the last.
  bool Read(const PageOfLines& page, bool good = true) {
    lines_.Begin();
    new_lines_ = 0;
    for (const PageLine& line : page) {
      EXPECT_EQ(SeriesAt(line), &series_[line.text]) << line.text;
    }
    if (good) return lines_.End();
    lines_.Drop();
    return false;
  }

  CachedSeries* SeriesAt(const PageLine& line) {
    const model::exposition::KnownLine expected = lines_.Next();
    if (expected == model::exposition::KnownLine::Of(line.lead, line.text)) {
      return lines_.Take(line.lead);
    }
    if (const auto known = lines_.Find(line.lead, line.text)) return *known;
    ++new_lines_;
    lines_.Add(line.lead, line.text, &series_[line.text]);
    return &series_[line.text];
  }

  PageLines lines_;
  std::map<std::string, CachedSeries> series_;
  int new_lines_ = 0;
};

TEST_F(PageLinesTest, APageThatRepeatsIsNotWrittenAnew) {
  const PageOfLines page = {{"# a\n", "a"}, {"", "a2"}, {"# b\n", "b"}};
  EXPECT_FALSE(Read(page));
  EXPECT_EQ(new_lines_, 3);
  const uint64_t bytes = lines_.bytes();
  EXPECT_TRUE(Read(page));
  EXPECT_EQ(new_lines_, 0);
  EXPECT_EQ(lines_.bytes(), bytes);
}

TEST_F(PageLinesTest, LinesThatAreGoneAreForgotten) {
  Read({{"", "a"}, {"", "b"}, {"", "c"}});
  EXPECT_FALSE(Read({{"", "a"}, {"", "c"}}));
  EXPECT_EQ(new_lines_, 0);
  Read({{"", "a"}, {"", "b"}, {"", "c"}});
  EXPECT_EQ(new_lines_, 1);
  EXPECT_FALSE(Read({{"", "a"}, {"", "b"}})) << "the end is gone";
  EXPECT_FALSE(Read({}));
  EXPECT_TRUE(Read({}));
}

TEST_F(PageLinesTest, AFailedPageChangesNothing) {
  const PageOfLines page = {{"", "a"}, {"", "b"}};
  Read(page);
  Read({{"", "x"}, {"", "a"}, {"", "y"}}, false);
  EXPECT_TRUE(Read(page));
}

TEST_F(PageLinesTest, ALineKeepsItsSeriesUnderOtherComments) {
  Read({{"# TYPE a gauge\n", "a"}, {"", "b"}});
  EXPECT_FALSE(Read({{"# TYPE a counter\n", "a"}, {"", "b"}}));
  EXPECT_EQ(new_lines_, 0);
  EXPECT_TRUE(Read({{"# TYPE a counter\n", "a"}, {"", "b"}}));
}

TEST_F(PageLinesTest, ALineThatComesTwiceIsOneSeries) {
  EXPECT_FALSE(Read({{"", "a"}, {"", "a"}, {"", "b"}}));
  EXPECT_TRUE(Read({{"", "a"}, {"", "a"}, {"", "b"}}));
  EXPECT_FALSE(Read({{"", "a"}, {"", "b"}}));
}

TEST_F(PageLinesTest, WhateverChangesEachLineIsWhatItWas) {
  std::mt19937 random(7);
  PageOfLines page;
  for (int step = 0; step < 3000; ++step) {
    const size_t at = page.empty() ? 0 : random() % page.size();
    switch (random() % 6) {
      case 0:
        page.insert(page.begin() + static_cast<ptrdiff_t>(at),
                    {random() % 3 == 0 ? "# lead\n" : "", "m" + std::to_string(random() % 60)});
        break;
      case 1:
        if (!page.empty()) page.erase(page.begin() + static_cast<ptrdiff_t>(at));
        break;
      case 2:
        if (random() % 20 == 0) std::shuffle(page.begin(), page.end(), random);
        break;
      case 3:
        if (!page.empty()) page[at].lead = page[at].lead.empty() ? "# other\n" : "";
        break;
      default:
        break;  // the same again
    }
    Read(page, random() % 8 != 0);
  }
}

}  // namespace
}  // namespace vedette::scrape
