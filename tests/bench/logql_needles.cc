// What a rare fragment costs among the journal lines of several days of data set L, as the median
// and the 95th percentile of many fragments.
//   logql_needles --dir=STORE [--days=5] [--fragments=40]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "logql_store.h"
#include "own_cost.h"

namespace vedette::bench {
namespace {

constexpr size_t kPiece = 8;

struct Options {
  std::string dir;
  int days = 5;
  int fragments = 40;
};

class NeedleBench {
 public:
  explicit NeedleBench(const Options& options)
      : store_(options.dir),
        start_ns_(kStartOfL),
        end_ns_(kStartOfL + options.days * kDayNs),
        fragments_(options.fragments) {}

  void Run() {
    Measure("text that is there", Pieces("NEEDLE-7f3a9c2e", 3));
    Measure("text that is nowhere", Words());
    Measure("hex, 8 digits of trace ids", TraceIds());
    Measure("decimal, 9 digits", Numbers());
  }

 private:
  // Every piece of `whole` that has `least` bytes or more, at most as many as asked for.
  std::vector<std::string> Pieces(std::string_view whole, size_t least) {
    std::vector<std::string> pieces;
    for (size_t begin = 0; begin + least <= whole.size(); ++begin) {
      for (size_t size = least; begin + size <= whole.size(); ++size) {
        // Digits alone are in other fields too: not rare.
        const auto piece = whole.substr(begin, size);
        if (piece.find_first_of("NEDL") != std::string_view::npos) pieces.emplace_back(piece);
      }
    }
    std::shuffle(pieces.begin(), pieces.end(), random_);
    pieces.resize(std::min(pieces.size(), static_cast<size_t>(fragments_)));
    return pieces;
  }

  std::vector<std::string> Words() {
    std::vector<std::string> words(fragments_);
    for (auto& word : words) {
      while (word.size() < kPiece) word += static_cast<char>('a' + random_() % 26);
    }
    return words;
  }

  std::vector<std::string> Numbers() {
    std::vector<std::string> numbers(fragments_);
    for (auto& number : numbers) number = std::to_string(100'000'000 + random_() % 900'000'000);
    return numbers;
  }

  // Eight digits out of the trace ids of lines all over the days.
  std::vector<std::string> TraceIds() {
    std::vector<std::string> pieces;
    constexpr std::string_view kMark = "trace_id=";
    for (int i = 0; i < fragments_; ++i) {
      const int64_t at = start_ns_ + (end_ns_ - start_ns_) / fragments_ * i;
      for (const auto& line :
           Ask(R"({unit="app-api.service"} |= "trace_id=")", at, at + kHourNs, 1)) {
        const size_t begin = line.line.find(kMark) + kMark.size();
        pieces.push_back(line.line.substr(begin + random_() % (32 - kPiece), kPiece));
      }
    }
    return pieces;
  }

  logql::Lines Ask(const std::string& text, int64_t start_ns, int64_t end_ns, uint32_t limit) {
    logql::RangeQuery query;
    query.query = text;
    query.start_ns = start_ns;
    query.end_ns = end_ns;
    query.limit = limit;
    auto result = store_.engine().QueryRange(query, {});
    if (!result.ok()) {
      std::fprintf(stderr, "%s: %s\n", text.c_str(), result.status().ToString().c_str());
      std::exit(1);
    }
    return std::get<logql::Lines>(std::move(result->value));
  }

  void Measure(const char* what, const std::vector<std::string>& fragments) {
    size_t found = 0;
    std::vector<double> walls;
    std::string slowest;
    const double cpu = CpuSeconds();
    for (const auto& fragment : fragments) {
      const auto start = std::chrono::steady_clock::now();
      found += Ask("{job=\"journal\"} |= \"" + fragment + '"', start_ns_, end_ns_, 100).size();
      const std::chrono::duration<double, std::milli> wall =
          std::chrono::steady_clock::now() - start;
      if (walls.empty() || wall.count() > *std::max_element(walls.begin(), walls.end())) {
        slowest = fragment;
      }
      walls.push_back(wall.count());
    }
    if (walls.empty()) return;
    const double each = (CpuSeconds() - cpu) * 1e3 / static_cast<double>(walls.size());
    std::sort(walls.begin(), walls.end());
    std::printf("| %s | %zu | %zu | %.1f | %.1f | %.1f | %.0f | %s |\n", what, walls.size(), found,
                walls[walls.size() / 2], walls[walls.size() * 95 / 100], each,
                StatusMib("RssAnon:"), slowest.c_str());
    std::fflush(stdout);
  }

  LogqlStore store_;
  const int64_t start_ns_;
  const int64_t end_ns_;
  const int fragments_;
  std::mt19937 random_{7};
};

int Run(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--dir=")) options.dir = argument.substr(6);
    if (argument.starts_with("--days=")) options.days = std::max(1, std::atoi(argv[i] + 7));
    if (argument.starts_with("--fragments=")) {
      options.fragments = std::max(1, std::atoi(argv[i] + 12));
    }
  }
  if (options.dir.empty()) {
    std::fprintf(stderr, "usage: logql_needles --dir=STORE [--days=5] [--fragments=40]\n");
    return 2;
  }
  NeedleBench bench(options);
  std::printf(
      "| fragments | asked | lines found | median, ms | 95th percentile, ms | CPU, ms | RssAnon, "
      "MiB | slowest |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  bench.Run();
  return 0;
}

}  // namespace
}  // namespace vedette::bench

int main(int argc, char** argv) { return vedette::bench::Run(argc, argv); }
