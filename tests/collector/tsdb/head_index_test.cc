#include "collector/tsdb/head_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace vedette::tsdb {
namespace {

std::vector<std::vector<model::Matcher>> Selectors() {
  const auto name = [](const char* value) { return model::Matcher::Equal("__name__", value); };
  const auto regex = [](const char* label, const char* value) {
    return *model::Matcher::Make(model::MatchType::kRegex, label, value);
  };
  return {{},
          {name("m1")},
          {name("m1"), regex("host", "1.*")},
          {name("none")},
          {regex("host", "1.*|2")},
          {regex("__name__", "m[12]")},
          {regex("__name__", "m.*"), model::Matcher::Equal("host", "3")},
          {model::Matcher::Equal("host", "")}};
}

// What is remembered of a selector is what looking at every series would find, whatever came and
// went since: of those that name a metric and of those that name none.
TEST(HeadIndex, SelectorsFindWhatIsThereWheneverTheyAreAsked) {
  std::mt19937 random(7);
  std::vector<SeriesPtr> series;
  HeadIndex index;
  for (int round = 0; round < 400; ++round) {
    const auto chance = random() % 20;
    if (chance == 0 && !series.empty()) {
      index.Remove(series.back().get());
      series.pop_back();
    } else if (chance == 1 && round % 3 == 0) {
      series.resize(series.size() / 2);
      index.Clear();
      for (const SeriesPtr& one : series) index.Add(one.get());
    } else if (chance < 15) {
      series.emplace_back(new HeadSeries);
      series.back()->labels = model::Labels{{"__name__", "m" + std::to_string(random() % 5)},
                                            {"host", std::to_string(random() % 30)},
                                            {"n", std::to_string(round)}};
      index.Add(series.back().get());
    }
    for (const auto& matchers : Selectors()) {
      if (random() % 3 == 0) continue;  // some are asked long after they were
      std::vector<HeadSeries*> expected;
      for (const SeriesPtr& one : series) {
        if (model::MatchesAll(matchers, one->labels)) expected.push_back(one.get());
      }
      std::sort(expected.begin(), expected.end(),
                [](const auto* a, const auto* b) { return a->labels < b->labels; });
      bool sorted = false;
      EXPECT_EQ(index.Match(matchers, &sorted), expected) << "round " << round;
      EXPECT_TRUE(sorted);
    }
  }
}

// Series that come and go in the middle of it make it miss none of those that stay.
TEST(HeadIndex, AWalkMeetsEverySeriesThatStaysFewAtATime) {
  std::mt19937 random(11);
  for (int round = 0; round < 50; ++round) {
    std::vector<SeriesPtr> series;
    HeadIndex index;
    const auto add = [&] {
      series.emplace_back(new HeadSeries);
      series.back()->labels = model::Labels{{"__name__", "m" + std::to_string(random() % 9)},
                                            {"n", std::to_string(series.size())}};
      index.Add(series.back().get());
    };
    while (series.size() < 500) add();
    const std::vector<SeriesPtr> staying = series;
    HeadIndex::Walk walk;
    std::vector<HeadSeries*> met;
    bool more = true;
    for (size_t before = 0; more; before = met.size()) {
      more = index.Next(16, &walk, &met);
      EXPECT_TRUE(walk.starts > HeadIndex::kMaxWalkStarts || met.size() - before <= 16);
      const auto chance = random() % 40;
      if (chance < 10) add();
      if (chance == 10 && series.size() > staying.size()) {
        index.Remove(series.back().get());
        series.pop_back();
      } else if (chance == 11 && round % 2 == 0) {
        series = staying;
        index.Clear();
        for (const SeriesPtr& one : series) index.Add(one.get());
      }
    }
    EXPECT_LE(walk.starts, HeadIndex::kMaxWalkStarts + 1);
    std::sort(met.begin(), met.end());
    for (const SeriesPtr& one : staying) {
      EXPECT_TRUE(std::binary_search(met.begin(), met.end(), one.get())) << "round " << round;
    }
  }
}

// However often series go, it comes to an end.
TEST(HeadIndex, AWalkThatStartedAnewTooOftenTakesAllThatIsLeft) {
  SeriesPtr last(new HeadSeries);
  std::vector<SeriesPtr> series;
  HeadIndex index;
  for (int i = 0; i < 100; ++i) {
    series.emplace_back(new HeadSeries);
    index.Add(series.back().get());
  }
  HeadIndex::Walk walk;
  std::vector<HeadSeries*> met;
  int steps = 1;
  for (; index.Next(4, &walk, &met); ++steps) {
    index.Add(last.get());
    index.Remove(last.get());
    met.clear();
  }
  EXPECT_EQ(steps, HeadIndex::kMaxWalkStarts + 1);
  EXPECT_EQ(met.size(), series.size());
}

}  // namespace
}  // namespace vedette::tsdb
