#include "collector/promql/histogram_text.h"

#include <cstdint>
#include <vector>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::promql {
namespace {

// Beyond this many empty buckets in a row the text says that there are more.
constexpr int64_t kMaxGap = 1000;

// Without the plus of +Inf, which cannot stand there.
std::string NumberText(double value) {
  std::string out;
  base::AppendFloatG(value, &out);
  return out == "+Inf" ? "Inf" : out;
}

// One side's buckets in a row, zeros where spans leave some out.
struct TextRow {
  int64_t offset = 0;
  std::vector<std::string> counts;
};

// Counts that are 0 at either end do not stand in the row.
TextRow RowOf(const model::HistogramBuckets& side) {
  TextRow row;
  int64_t index = 0;
  int64_t last = 0;
  size_t next = 0;
  for (const model::HistogramSpan& span : side.spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length && next < side.counts.size(); ++i, ++index, ++next) {
      if (side.counts[next] == 0) continue;
      if (row.counts.empty()) {
        row.offset = index;
      } else if (index - last - 1 > kMaxGap) {
        row.counts.push_back("...");
      } else {
        row.counts.insert(row.counts.end(), static_cast<size_t>(index - last - 1), "0");
      }
      last = index;
      row.counts.push_back(NumberText(side.counts[next]));
    }
  }
  return row;
}

class TextWriter {
 public:
  void Number(const char* key, double value) {
    if (value != 0) parts_.push_back(key + NumberText(value));
  }
  void Integer(const char* key, int64_t value) {
    if (value != 0) parts_.push_back(key + std::to_string(value));
  }
  void List(const char* key, const std::vector<std::string>& items) {
    if (!items.empty()) parts_.push_back(key + ("[" + base::Join(items, " ")) + "]");
  }
  void Side(const char* offset_key, const char* key, const model::HistogramBuckets& side) {
    const TextRow row = RowOf(side);
    Integer(offset_key, row.offset);
    List(key, row.counts);
  }
  void Reset(model::CounterReset reset) {
    static constexpr const char* kNames[] = {"", "reset", "not_reset", "gauge"};
    if (reset == model::CounterReset::kUnknown) return;
    parts_.push_back(std::string("counter_reset_hint:") + kNames[static_cast<size_t>(reset)]);
  }
  std::string Text() const { return "{{" + base::Join(parts_, " ") + "}}"; }

 private:
  std::vector<std::string> parts_;
};

}  // namespace

std::string HistogramText(const model::Histogram& h) {
  TextWriter out;
  out.Integer("schema:", h.schema);
  out.Number("count:", h.count_float);
  out.Number("sum:", h.sum);
  out.Number("z_bucket:", h.zero_count_float);
  out.Number("z_bucket_w:", h.zero_threshold);
  std::vector<std::string> bounds;
  for (const double bound : h.custom_bounds) bounds.push_back(NumberText(bound));
  out.List("custom_values:", bounds);
  out.Reset(h.reset);
  out.Side("offset:", "buckets:", h.positive);
  out.Side("n_offset:", "n_buckets:", h.negative);
  return out.Text();
}

}  // namespace vedette::promql
