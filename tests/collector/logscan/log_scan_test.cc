// Scans by block against a plain look at every line, and fields against the stages themselves.
#include "collector/logscan/log_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "../logstore/store_fixture.h"
#include "collector/logql/stages/json_stage.h"
#include "collector/logql/stages/logfmt_stage.h"
#include "random_lines.h"

namespace vedette::logscan {
namespace {

using logql::BlockOrder;
using logql::FieldParser;
using logql::FieldRef;
using logstore::kNowNs;
using logstore::kSecondNs;

// What the stage makes of a line.
struct Extracted {
  bool error = false;
  std::optional<std::string> value;
};

Extracted Extract(const FieldRef& field, const std::string& line) {
  const logql::ParserHints hints;
  const logql::LogfmtStage flags;
  logql::JsonFields json(hints);
  logql::LogfmtFields logfmt(flags, hints);
  logql::LineState state;
  state.line = line;
  state.labels.Reset({}, {});
  if (field.parser == FieldParser::kJson) {
    json.Process(&state);
  } else {
    logfmt.Process(&state);
  }
  const auto value = state.labels.Get(field.label);
  return {state.labels.HasError(),
          value ? std::optional<std::string>(*value) : std::optional<std::string>()};
}

// Time, stream, metadata and line.
using Seen = std::tuple<int64_t, std::string, std::string, std::string>;

struct Pushed {
  int64_t timestamp_ns;
  model::Labels stream;
  model::Labels metadata;
  std::string line;
  Seen AsSeen() const { return {timestamp_ns, stream.ToString(), metadata.ToString(), line}; }
};

class LogScanWorld {
 public:
  LogScanWorld(uint32_t seed, size_t parts_to_rewrite) : lines_(seed) {
    t_.rewrite_rows_parts = parts_to_rewrite;
    VEDETTE_CHECK(t_.Open().ok());
  }

  void Fill(size_t count, size_t flush_every) {
    std::set<Seen> seen;
    for (size_t i = 0; i < count; ++i) {
      Pushed pushed{kNowNs - 3600 * kSecondNs + static_cast<int64_t>(i) * kSecondNs * 7 / 4,
                    {{"app", std::string(1, static_cast<char>('a' + lines_.Below(3)))}},
                    {},
                    lines_.Next()};
      if (lines_.Below(3) == 0) {
        pushed.timestamp_ns -= static_cast<int64_t>(lines_.Below(9)) * kSecondNs;
      }
      if (lines_.Below(2) == 0) pushed.metadata = {{"pid", std::to_string(lines_.Below(3))}};
      if (lines_.Below(9) == 0) pushed.metadata = {{"level", "info"}};
      if (lines_.Below(9) == 0) pushed.stream = {{"app", "b"}, {"status", "9"}};
      model::LogPush push;
      push.streams.push_back(
          {pushed.stream, {{pushed.timestamp_ns, pushed.line, pushed.metadata}}});
      VEDETTE_CHECK(t_.Push(std::move(push)).ok());
      if (seen.insert(pushed.AsSeen()).second) pushed_.push_back(std::move(pushed));
      if (lines_.Below(flush_every) == 0) {
        VEDETTE_CHECK(t_.store->Flush().ok());
        VEDETTE_CHECK(t_.store->Maintain().ok());
      }
    }
    VEDETTE_CHECK(t_.store->Flush().ok());
    VEDETTE_CHECK(t_.store->Maintain().ok());
    std::stable_sort(pushed_.begin(), pushed_.end(), [](const Pushed& a, const Pushed& b) {
      return a.timestamp_ns < b.timestamp_ns;
    });
  }

  void CompareOne() {
    logql::BlockRequest request = Request();
    base::ThreadPool pool("scan", 2, 16);
    request.pool = &pool;
    request.workers = 3;
    std::vector<Seen> want = Want(request);
    std::vector<Seen> got;
    std::mutex mutex;
    const base::Status status =
        ScanBlocks(*t_.store, request, [&](logql::LogBlock& block, size_t worker) {
          const std::lock_guard<std::mutex> lock(mutex);
          EXPECT_LT(worker, request.order == BlockOrder::kUnordered ? 3u : 1u);
          TakeBlock(request, block, &got);
          return true;
        });
    ASSERT_TRUE(status.ok());
    if (request.order == BlockOrder::kUnordered) {
      std::sort(got.begin(), got.end());
      std::sort(want.begin(), want.end());
    }
    ASSERT_EQ(got, want);
  }

  size_t known() const { return known_; }
  size_t absent() const { return absent_; }

 private:
  logql::BlockRequest Request() {
    logql::BlockRequest request;
    request.start_ns = kNowNs - static_cast<int64_t>(lines_.Below(4000)) * kSecondNs;
    request.end_ns = request.start_ns + static_cast<int64_t>(lines_.Below(4000)) * kSecondNs;
    request.order = static_cast<BlockOrder>(lines_.Below(3));
    if (lines_.Below(3) == 0) request.matchers.push_back(model::Matcher::Equal("app", "b"));
    if (lines_.Below(3) == 0) request.required = {{"a", "5"}, {"stat"}};
    if (lines_.Below(2) == 0) {
      request.predicates.push_back(
          {Field(), [](std::string_view value) { return value >= "5"; }, lines_.Below(2) == 0});
    }
    return request;
  }
  FieldRef Field() {
    static const char* const kLabels[] = {"status", "level", "took", "request_host", "msg",
                                          "tenant", "none",  "ts",   "request",      "_7up"};
    return {lines_.Below(2) == 0 ? FieldParser::kJson : FieldParser::kLogfmt,
            kLabels[lines_.Below(10)]};
  }

  // Rows that a block scan may bring; those that it need not are looked at as they come.
  std::vector<Seen> Want(const logql::BlockRequest& request) const {
    std::vector<Seen> want;
    for (const Pushed& pushed : pushed_) {
      if (InRequest(request, pushed) &&
          Passes(request, pushed.stream, pushed.metadata, pushed.line)) {
        want.push_back(pushed.AsSeen());
      }
    }
    if (request.order == BlockOrder::kBackward) std::reverse(want.begin(), want.end());
    return want;
  }
  static bool InRequest(const logql::BlockRequest& request, const Pushed& pushed) {
    return pushed.timestamp_ns >= request.start_ns && pushed.timestamp_ns < request.end_ns &&
           model::MatchesAll(request.matchers, pushed.stream);
  }
  // A predicate has no say about rows with a label of its field's name.
  static bool Passes(const logql::BlockRequest& request, const model::Labels& stream,
                     const model::Labels& metadata, const std::string& line) {
    if (!logstore::HasSubstrings(line, request.required)) return false;
    return std::all_of(request.predicates.begin(), request.predicates.end(), [&](const auto& one) {
      return stream.Has(one.field.label) || metadata.Has(one.field.label) || MayPass(one, line);
    });
  }
  static bool MayPass(const logql::FieldPredicate& predicate, const std::string& line) {
    const Extracted extracted = Extract(predicate.field, line);
    if (extracted.error) return true;
    return extracted.value ? predicate.keeps(*extracted.value) : predicate.keeps_absent;
  }

  void TakeBlock(const logql::BlockRequest& request, logql::LogBlock& block,
                 std::vector<Seen>* got) {
    ASSERT_GT(block.rows(), 0u);
    const FieldRef field = Field();
    const logql::FieldValues values = *block.Values(field);
    const std::string one(*block.Line(block.rows() / 2));
    const auto lines = *block.Lines();
    const auto streams = *block.Streams();
    const auto metadata = *block.Metadata();
    const auto times = *block.Times();
    EXPECT_EQ(lines[block.rows() / 2], one);
    for (size_t row = 0; row < block.rows(); ++row) {
      const std::string line(lines[row]);
      EXPECT_GE(times[row], block.min_ns());
      EXPECT_LE(times[row], block.max_ns());
      if (!values.rows.empty()) CompareField(field, values, row, line);
      for (size_t i = 0; i < request.predicates.size(); ++i) {
        EXPECT_TRUE(!block.Judged(i) || MayPass(request.predicates[i], line)) << line;
      }
      const model::Labels& stream = *streams.table[streams.rows[row]];
      const model::Labels& labels = *metadata.table[metadata.rows[row]];
      if (!Passes(request, stream, labels, line)) continue;
      got->emplace_back(times[row], stream.ToString(), labels.ToString(), line);
    }
  }

  void CompareField(const FieldRef& field, const logql::FieldValues& values, size_t row,
                    const std::string& line) {
    const uint32_t value = values.rows[row];
    if (value == logql::kUnknownField) return;
    const Extracted want = Extract(field, line);
    if (value == logql::kBrokenLine) {
      EXPECT_TRUE(want.error && !want.value) << line;
      return;
    }
    EXPECT_FALSE(want.error) << line;
    if (value == logql::kAbsentField) {
      ++absent_;
      EXPECT_FALSE(want.value) << field.label << " of " << line << ": " << *want.value;
      return;
    }
    ++known_;
    ASSERT_TRUE(want.value.has_value()) << field.label << " of " << line;
    EXPECT_EQ(values.table[value], *want.value) << field.label << " of " << line;
  }

  RandomLines lines_;
  logstore::TestStore t_;
  std::vector<Pushed> pushed_;
  size_t known_ = 0;
  size_t absent_ = 0;
};

TEST(LogScan, BringsWhatAPlainLookBringsAndFieldsAsStagesExtractThem) {
  size_t known = 0;
  size_t absent = 0;
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    // One day part, several that overlap, or a bit of everything.
    LogScanWorld world(seed, seed % 3 == 0 ? 3 : 1);
    world.Fill(2000, seed % 2 == 0 ? 100'000 : 300);
    for (int i = 0; i < 120 && !testing::Test::HasFailure(); ++i) world.CompareOne();
    known += world.known();
    absent += world.absent();
  }
  EXPECT_GT(known, 10'000u);
  EXPECT_GT(absent, 20'000u);
}

}  // namespace
}  // namespace vedette::logscan
