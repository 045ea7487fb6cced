#ifndef VEDETTE_COLLECTOR_TSDB_TIMES_PAGE_H_
#define VEDETTE_COLLECTOR_TSDB_TIMES_PAGE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

// Columns of times, which series scraped together share. Format: FORMAT.md, "Times page".

namespace vedette::tsdb {

inline constexpr size_t kPageTimes = 64;

class TimesPageBuilder {
 public:
  // `part_min_ms` is the part's first time.
  explicit TimesPageBuilder(int64_t part_min_ms) : part_min_ms_(part_min_ms) {}
  // 1 to kColumnSamples, strictly ascending.
  void Add(std::span<const int64_t> times);
  size_t size() const { return columns_; }
  // The page's bytes; begins the next page.
  std::string Finish();

 private:
  const int64_t part_min_ms_;
  size_t columns_ = 0;
  std::string heads_;
  std::string payloads_;
};

// One thread. Owns its bytes.
class TimesPage {
 public:
  struct Column {
    int64_t min_ms = 0;
    int64_t max_ms = 0;
    uint32_t samples = 0;
    size_t offset = 0;  // of its bytes
    size_t length = 0;
  };
  static base::StatusOr<TimesPage> Parse(std::string bytes, int64_t part_min_ms);

  const std::vector<Column>& columns() const { return columns_; }
  // Replaces `times`. DataLoss unless they ascend from the column's first to its last.
  base::Status Read(const Column& column, std::vector<int64_t>* times) const;

 private:
  std::string bytes_;
  std::vector<Column> columns_;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_TIMES_PAGE_H_
