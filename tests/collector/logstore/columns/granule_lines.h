#ifndef VEDETTE_TESTS_COLLECTOR_LOGSTORE_COLUMNS_GRANULE_LINES_H_
#define VEDETTE_TESTS_COLLECTOR_LOGSTORE_COLUMNS_GRANULE_LINES_H_

#include <deque>
#include <random>
#include <string>
#include <vector>

#include "collector/logstore/columns/granule.h"

namespace vedette::logstore {

// Rows of a granule and all that they borrow.
struct GranuleLines {
  std::deque<std::string> texts;
  std::deque<model::Labels> metadata;
  std::vector<GranuleRow> rows;
};

// Lines of every kind that a column has a form for, and some that it has none for.
inline std::string RandomLine(std::mt19937& random, int64_t timestamp_ns) {
  const auto number = [&](uint64_t below) { return std::to_string(random() % below); };
  const auto hex = [&](size_t digits) {
    std::string text;
    while (text.size() < digits) text += "0123456789abcdef"[random() % 16];
    return text;
  };
  const auto pick = [&](const std::vector<std::string>& of) { return of[random() % of.size()]; };
  switch (random() % 9) {
    case 0:
      return R"({"level":")" + pick({"info", "error"}) + R"(","ts":)" +
             std::to_string(timestamp_ns / 1'000'000'000) + "." +
             std::to_string(timestamp_ns % 1'000'000'000 / 100 + 10'000'000).substr(1) +
             R"(,"uri":")" + pick({"/a/", "/b/c?x="}) + number(1000) + R"(","status":)" +
             pick({"200", "404", "null"}) + R"(,"id":")" + hex(32) + R"("})";
    case 1:
      return "level=info trace_id=" + hex(16) + " took=" + number(99) + "." + number(10) + "ms";
    case 2:
      return "2026-11-20T11:22:" + std::to_string(10 + random() % 50) + ".5Z worker " + number(9);
    case 3:
      return "from 10.0." + number(256) + "." + number(256) + " port 0" + number(10);
    case 4:
      return "id " + hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12);
    case 5:
      return "veth" + hex(7) + " " + number(3) + pick({"", "e-05", ".", ".0"});
    case 6: {
      std::string noise;
      for (size_t n = random() % 30; n > 0; --n) noise += static_cast<char>(random());
      return noise;
    }
    case 7:
      return "";
    default:
      return "a word of " + pick({"one", "two", "THREE", "deadbeef"}) + " and no more";
  }
}

inline GranuleLines RandomLines(uint32_t seed, size_t rows) {
  std::mt19937 random(seed);
  GranuleLines lines;
  const bool many_metadata = random() % 2 == 0;
  int64_t time = 1'700'000'000'000'000'000;
  for (size_t i = 0; i < rows; ++i) {
    time += static_cast<int64_t>(random() % 1000) * (seed % 2 == 0 ? 1'000'000 : 1);
    const std::string pid = std::to_string(random() % (many_metadata ? 100'000 : 3));
    model::Labels& metadata = lines.metadata.emplace_back();
    if (random() % 3 > 0) metadata = {{"level", "info"}, {"pid", pid}};
    lines.rows.push_back({time, 1 + i * 3 + random() % 3, static_cast<uint32_t>(random() % 7),
                          random() % 5 == 0, &metadata,
                          lines.texts.emplace_back(RandomLine(random, time))});
  }
  return lines;
}

}  // namespace vedette::logstore

#endif  // VEDETTE_TESTS_COLLECTOR_LOGSTORE_COLUMNS_GRANULE_LINES_H_
