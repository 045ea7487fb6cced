#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>

#include "collector/logstore/merge.h"

// Runs that overlap, above all those whose rows have one time.

namespace vedette::logstore {
namespace {

// Rows of parts that are made when they are opened, and how many are there at a time.
class MadeRuns {
 public:
  // Blocks of `rows` rows, all of one time, sequences going round the parts. Every `repeat`-th line
  // is one that came before (0: none).
  MadeRuns(size_t parts, size_t blocks, size_t rows, size_t repeat) {
    uint64_t sequence = 0;
    for (size_t block = 0; block < blocks; ++block) {
      for (size_t part = 0; part < parts; ++part) {
        std::vector<uint64_t> own;
        for (size_t i = 0; i < rows; ++i) own.push_back(++sequence);
        Add(part, std::move(own), repeat);
      }
    }
  }

  std::vector<std::string> Read(bool backward) {
    std::vector<PendingRun> pending;
    for (auto& [part, blocks] : blocks_) {
      for (const std::vector<Made>& block : blocks) {
        pending.push_back({kTime, kTime, [this, &block] { return Open(block); }, &blocks});
      }
    }
    Merge merge(std::move(pending), backward);
    std::vector<std::string> lines;
    const base::Status status = merge.Run(
        [&](std::span<const Row> rows) {
          for (const Row& row : rows) lines.emplace_back(row.line);
          return true;
        },
        {});
    EXPECT_TRUE(status.ok());
    return lines;
  }
  size_t lines() const { return lines_.size(); }
  size_t most_open() const { return most_open_; }

 private:
  static constexpr int64_t kTime = 5;
  struct Made {
    uint64_t sequence;
    std::string line;
  };

  void Add(size_t part, std::vector<uint64_t> sequences, size_t repeat) {
    std::vector<Made>& block = blocks_[part].emplace_back();
    for (const uint64_t sequence : sequences) {
      const bool again = repeat > 0 && sequence % repeat == 0;
      block.push_back({sequence, "line " + std::to_string(again ? sequence / repeat : sequence)});
      lines_[block.back().line] = sequence;
    }
  }

  Run Open(const std::vector<Made>& block) {
    most_open_ = std::max(most_open_, ++open_);
    Run run;
    run.unique = true;
    // What is borrowed goes with the holder.
    const auto copy = std::shared_ptr<std::vector<Made>>(new std::vector<Made>(block),
                                                         [this](const std::vector<Made>* made) {
                                                           --open_;
                                                           delete made;
                                                         });
    for (const Made& made : *copy) {
      run.rows.push_back({kTime, made.sequence, &stream_, &none_, made.line, false});
    }
    run.holder = copy;
    return run;
  }

  const Stream stream_;
  const model::Labels none_;
  std::map<size_t, std::deque<std::vector<Made>>> blocks_;
  std::map<std::string, uint64_t> lines_;
  size_t open_ = 0;
  size_t most_open_ = 0;
};

TEST(Merge, RowsOfOneTimeAreReadABlockOfEachPartAtATime) {
  for (const bool backward : {false, true}) {
    MadeRuns runs(4, 100, 512, 0);
    const std::vector<std::string> lines = runs.Read(backward);
    ASSERT_EQ(lines.size(), runs.lines()) << backward;
    const size_t first = backward ? lines.size() : 1;
    EXPECT_EQ(lines.front(), "line " + std::to_string(first));
    // Backward as many as are gathered before the first is visited.
    EXPECT_LE(runs.most_open(), 6 + (backward ? Merge::kMostGathered / 512 : 0)) << backward;
  }
}

TEST(Merge, RepetitionsOfOneTimeAreLeftOutHoweverManyThereAre) {
  for (const size_t blocks : {2, 100}) {
    for (const bool backward : {false, true}) {
      MadeRuns runs(3, blocks, 512, 7);
      std::vector<std::string> lines = runs.Read(backward);
      EXPECT_EQ(lines.size(), runs.lines()) << blocks << " " << backward;
      std::sort(lines.begin(), lines.end());
      EXPECT_EQ(std::unique(lines.begin(), lines.end()), lines.end());
    }
  }
}

}  // namespace
}  // namespace vedette::logstore
