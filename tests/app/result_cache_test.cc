#include "collector/promql/result_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "app/store_join.h"
#include "model/remote_write.h"
#include "model/wire_append.h"
#include "tests/collector/tsdb/store_fixture.h"

// Panels over a store that lives: samples come late, are deleted, flushed, merged and dropped, and
// what the cache answers is always what the engine does, to the bit.

namespace vedette::app {
namespace {

constexpr int64_t kScrape = 15'000;
constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;

std::string Shown(const promql::Result& result) {
  std::string out = result.error;
  for (const std::string& text : result.warnings) out += "\nwarning " + text;
  for (const std::string& text : result.infos) out += "\ninfo " + text;
  for (const promql::Series& series : result.value.matrix) {
    out += "\n" + series.labels.ToString();
    for (const model::Sample& point : series.points) {
      out += " " + std::to_string(point.timestamp_ms) + ":" +
             std::to_string(std::bit_cast<uint64_t>(point.value));
    }
    for (const model::HistogramSample& point : series.histograms) {
      const std::vector<double>& counts = point.histogram->positive.counts;
      out += " " + std::to_string(point.time_ms) + ":{" +
             std::to_string(std::bit_cast<uint64_t>(point.histogram->count_float)) + " " +
             std::to_string(std::bit_cast<uint64_t>(point.histogram->sum));
      for (const double count : counts) out += " " + std::to_string(std::bit_cast<uint64_t>(count));
      out += "}";
    }
  }
  return out;
}

model::Histogram Observed(uint64_t small, uint64_t large) {
  model::Histogram out;
  out.count = small + large;
  out.sum = 0.7 * static_cast<double>(small) + 1.9 * static_cast<double>(large);
  out.positive.spans = {{0, 2}};
  out.positive.deltas = {static_cast<int64_t>(small),
                         static_cast<int64_t>(large) - static_cast<int64_t>(small)};
  return out;
}

class CachedStore : public tsdb::StoreTest {
 protected:
  CachedStore() {
    options_.out_of_order_window_ms = 6 * kHour;
    options_.retention_ms = 3 * 24 * kHour;
    options_.flush_interval_ms = 30 * kMinute;
  }

  int Pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  template <typename T>
  const T& One(const std::vector<T>& of) {
    return of[static_cast<size_t>(Pick(static_cast<int>(of.size())))];
  }

  // One scrape of targets of which some come and go.
  void Scrape() {
    std::vector<model::SampleRow> rows;
    for (int target = 0; target < 4; ++target) {
      const int64_t generation = target < 2 ? 0 : Now() / (40 * kMinute);
      const std::string instance = std::to_string(target) + "-" + std::to_string(generation);
      if (Pick(30) == 0) continue;  // a gap
      for (const char* name : {"work_total", "errors_total", "load"}) {
        const double value =
            name[0] == 'l' ? Pick(100) / 7.0 : static_cast<double>(Now() % 100'000'000);
        rows.push_back(Row(name, instance, Now(), value));
      }
    }
    Append(std::move(rows));
    std::vector<model::WireSeries> latencies;
    for (int target = 0; target < 2; ++target) {
      if (Pick(30) == 0) continue;
      seen_[target] = Pick(60) == 0 ? 0 : seen_[target] + static_cast<uint64_t>(Pick(9));
      latencies.emplace_back();
      latencies.back().labels = {
          {"__name__", "latency"}, {"instance", std::to_string(target)}, {"job", "j"}};
      latencies.back().histograms.push_back({Now(), 0, Observed(seen_[target], 7)});
    }
    ASSERT_TRUE(model::AppendSeries(latencies, store_.get()).ok());
  }
  static model::SampleRow Row(const std::string& name, const std::string& instance, int64_t time_ms,
                              double value) {
    return {{{"__name__", name}, {"instance", instance}, {"job", "j"}}, time_ms, value, 0};
  }

  void Disturb() {
    switch (Pick(40)) {
      case 0:  // late, of a series that is known or a new one
        Append({Row("load", One<std::string>({"0-0", "late", "x"}), Now() - Pick(5 * 60) * kMinute,
                    Pick(9))});
        ++late_;
        break;
      case 1: {
        const int64_t from = Now() - Pick(600) * kMinute;
        const auto matcher = model::Matcher::Equal(
            "__name__", One<std::string>({"work_total", "errors_total", "load"}));
        ASSERT_TRUE(store_->Delete({matcher}, from, from + Pick(30) * kMinute).ok());
        break;
      }
      case 2:
        ASSERT_TRUE(store_->Flush().ok());
        break;
      case 3:
        ASSERT_TRUE(store_->CleanTombstones().ok());
        break;
      case 4:
        clock_.Advance(std::chrono::minutes(Pick(90)));  // nobody scraped
        break;
      case 5:
        if (Pick(10) == 0) clock_.Advance(std::chrono::hours(30));
        break;
      default:
        break;
    }
    ASSERT_TRUE(store_->Maintain().ok());
  }

  // A panel: a query over a window that ends now.
  struct Panel {
    std::string query;
    int64_t step_ms;
    int64_t length_ms;
  };
  Panel NewPanel() {
    const std::string selector = One<std::string>(
        {"work_total", "errors_total", "load", "load{instance=~\"[01].*\"}", "{job=\"j\"}"});
    const std::string range = One<std::string>({"1m", "5m", "20m"});
    const std::string shift = One<std::string>({"", "", " offset 10m", " offset -3m"});
    const std::string query = One<std::string>({
        selector + shift,
        "rate(work_total[" + range + "]" + shift + ")",
        "sum by (instance) (rate(errors_total[" + range + "]" + shift + "))",
        "sum by (job) (" + selector + shift + ") / count by (job) (" + selector + ")",
        "topk(2, " + selector + shift + ")",
        "max_over_time(load[" + range + "]" + shift + ")",
        "max_over_time(sum(load" + shift + ")[20m:1m])",
        "load > on (instance) group_left () work_total % 13",
        "errors_total and on (instance) load" + shift,
        "load or work_total" + shift,
        "absent(load{instance=\"late\"}" + shift + ")",
        "quantile(0.5, " + selector + ") by (instance)",
        "-(" + selector + ")",
        "label_replace(load, \"instance\", \"\", \"instance\", \".*\")",
        "load - load @ " + std::to_string((Now() - Pick(200) * kMinute) / 1000),
        "rate(load[" + range + "])",
        "load * on (job) work_total",
        "timestamp(load" + shift + ")",
        "deriv(load[" + range + "]) > 0",
        "count_values(\"v\", load > 13)",
        "latency" + shift,
        "rate(latency[" + range + "]" + shift + ")",
        "histogram_quantile(0.9, sum by (job) (rate(latency[" + range + "])))",
        "histogram_count(increase(latency[" + range + "]" + shift + "))",
        "sum by (job) (latency)",
        "changes(latency[" + range + "]) + resets(latency[" + range + "])",
        "last_over_time({instance=\"0\"}[1m])",
    });
    const int64_t step = One<int64_t>({kScrape, kMinute, 7 * kScrape});
    return {query, step, step * (1 + Pick(120))};
  }

  void Ask(const Panel& panel) {
    const int64_t end =
        (Now() - (Pick(8) == 0 ? Pick(60) * kMinute : 0)) / panel.step_ms * panel.step_ms;
    promql::QueryContext context;
    context.queryable = queryable_.get();
    const auto cached =
        cache_->Range(engine_, panel.query, end - panel.length_ms, end, panel.step_ms, context);
    const auto plain =
        engine_.Range(panel.query, end - panel.length_ms, end, panel.step_ms, context);
    ASSERT_EQ(Shown(cached), Shown(plain)) << panel.query << " from " << end - panel.length_ms
                                           << " to " << end << " step " << panel.step_ms;
  }

  void Play(uint32_t seed, int rounds) {
    random_.seed(seed);
    Open();
    queryable_ = std::make_unique<MetricsQueryable>(store_.get());
    std::deque<Panel> panels;
    for (int round = 0; round < rounds; ++round) {
      for (int i = Pick(8); i >= 0; --i) {
        clock_.Advance(std::chrono::milliseconds(kScrape));
        Scrape();
      }
      Disturb();
      if (panels.size() < 12 || Pick(20) == 0) panels.push_back(NewPanel());
      if (panels.size() > 12) panels.pop_front();
      for (const Panel& panel : panels) {
        if (Pick(3) == 0) Ask(panel);
        if (HasFatalFailure()) return;
      }
    }
  }

  promql::Result AskCached(const std::string& query, int64_t first_ms, int64_t last_ms) {
    promql::QueryContext context;
    context.queryable = queryable_.get();
    return cache_->Range(engine_, query, first_ms, last_ms, kScrape, context);
  }

  std::mt19937 random_;
  uint64_t seen_[2] = {};
  int late_ = 0;
  promql::Engine engine_{{}, &clock_};
  std::unique_ptr<promql::ResultCache> cache_ = std::make_unique<promql::ResultCache>(1 << 20);
  std::unique_ptr<MetricsQueryable> queryable_;
};

TEST_F(CachedStore, AnswersAsTheEngineWhateverBecomesOfThePast) {
  Play(20261121, 600);
  const promql::ResultCache::Stats stats = cache_->stats();
  EXPECT_GT(stats.hits, 300u);
  EXPECT_GT(late_, 5);
  RecordProperty("hits", static_cast<int>(stats.hits));
  RecordProperty("misses", static_cast<int>(stats.misses));
}

TEST_F(CachedStore, AnswersAsTheEngineWhenItIsSmall) {
  cache_ = std::make_unique<promql::ResultCache>(20'000);
  Play(7, 300);
  EXPECT_LE(cache_->stats().bytes, 20'000u);
}

// What an aggregation adds up in depends on the series of a step alone, not on those of others.
TEST_F(CachedStore, SumsOfManySeriesHaveTheSameBits) {
  constexpr int kSeries = 1100;
  constexpr int kSamples = 60;
  random_.seed(3);
  Open();
  queryable_ = std::make_unique<MetricsQueryable>(store_.get());
  cache_ = std::make_unique<promql::ResultCache>(64 << 20);
  const int64_t first = Now();
  for (int i = 0; i < kSamples; ++i, clock_.Advance(std::chrono::milliseconds(kScrape))) {
    std::vector<model::SampleRow> rows;
    for (int series = 0; series < kSeries; ++series) {
      // Most of them come and go.
      if (series % 7 != 0 && (i / 10 + series) % 3 == 0) continue;
      rows.push_back(Row("load", std::to_string(series), Now(), Pick(1'000'000) / 7e3));
    }
    Append(std::move(rows));
  }
  ASSERT_TRUE(store_->Flush().ok());
  for (const char* query :
       {"sum(load)", "avg by (job) (load)", "stddev(load)", "sum(rate(load[2m]))", "topk(3, load)",
        "quantile(0.9, load)", "limitk(40, load)", "sum(load * on (instance) load)"}) {
    promql::QueryContext context;
    context.queryable = queryable_.get();
    for (int i = 0; i < 20; i += 3) {
      const int64_t from = first + i * kScrape;
      const int64_t to = first + (i + kSamples - 25) * kScrape;
      EXPECT_EQ(Shown(AskCached(query, from, to)),
                Shown(engine_.Range(query, from, to, kScrape, context)))
          << query << " from step " << i;
    }
  }
  EXPECT_GT(cache_->stats().hits, 30u);
}

// All of a metric's samples come in one call and go in one; whoever asks meanwhile gets all steps
// or none, never those of the past that was kept beside those of the present.
TEST_F(CachedStore, AnswersAreOfOneTimeWhileThePastChanges) {
  constexpr int kSamples = 100;
  Open();
  queryable_ = std::make_unique<MetricsQueryable>(store_.get());
  const int64_t first = Now() - 2 * kHour;
  Append({Row("other", "x", Now(), 1)});
  std::atomic<bool> done = false;
  std::atomic<int> asked = 0;
  std::atomic<int> torn = 0;
  std::thread asker([&] {
    for (int i = 0; !done; ++i) {
      const int from = i % 40;
      const promql::Result result =
          AskCached("load", first + from * kScrape, first + (from + 50) * kScrape);
      size_t points = 0;
      for (const promql::Series& series : result.value.matrix) points += series.points.size();
      if (!result.ok() || (points != 0 && points != 51)) ++torn;
      ++asked;
    }
  });
  for (int round = 0; round < 40; ++round) {
    std::vector<model::SampleRow> rows;
    for (int i = 0; i < kSamples; ++i) rows.push_back(Row("load", "x", first + i * kScrape, i));
    Append(std::move(rows));
    EXPECT_TRUE(store_->Flush().ok());
    for (const int until = asked + 5; asked < until;) std::this_thread::yield();
    const auto load = model::Matcher::Equal("__name__", "load");
    EXPECT_TRUE(store_->Delete({load}, first, Now()).ok());
    for (const int until = asked + 2; asked < until;) std::this_thread::yield();
    EXPECT_TRUE(store_->CleanTombstones().ok());
  }
  done = true;
  asker.join();
  EXPECT_EQ(torn, 0) << "of " << asked;
  EXPECT_GT(cache_->stats().hits, 0u);
}

}  // namespace
}  // namespace vedette::app
