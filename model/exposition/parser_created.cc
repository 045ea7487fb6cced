// OpenMetrics says when a counter began by a line "x_created" somewhere among the family's lines.
// The first such line behind a series speaks of it or of no one, which is upstream's rule too: one
// that stands before the lines it is about is not found by them.
#include <string>
#include <utility>

#include "base/strings.h"
#include "model/exposition/parser.h"

namespace vedette::model::exposition {
namespace {

constexpr std::string_view kCreated = "_created";
constexpr char kKeySeparator = '\xff';

}  // namespace

// Whether lines of this type come with such a line.
bool Parser::HasStarts() const {
  return family_type_ == "counter" || family_type_ == "summary" || family_type_ == "histogram";
}

bool Parser::IsCreatedLine() const {
  return HasStarts() && base::EndsWith(metric_name_.bytes, kCreated);
}

// What lines of one counter, summary or histogram have in common.
std::string Parser::StartKey(std::string_view name) const {
  const std::string_view left_out = family_type_ == "histogram" ? "le"
                                    : family_type_ == "summary" ? "quantile"
                                                                : "";
  std::string key(name);
  for (const RawLabel& label : labels_) {
    if (label.name.bytes == left_out) continue;
    key += kKeySeparator;
    key += label.name.bytes;
    key += kKeySeparator;
    key += label.value;
  }
  return key;
}

// Sets the start of the series just read.
void Parser::FindStart() {
  if (!HasStarts()) {
    start_key_.clear();
    return;
  }
  std::string key = StartKey(metric_name_.bytes.substr(0, family_.size()));
  if (key == start_key_ && known_start_ms_ > 0) {
    sample_.start_ms = known_start_ms_;
    return;
  }
  if (pos_ > created_until_) ScanCreated();
  while (!created_.empty() && created_.front().end <= pos_) created_.pop_front();
  if (created_.empty() || created_.front().key != key) {
    start_key_.clear();
    return;
  }
  start_key_ = std::move(key);
  known_start_ms_ = created_.front().ms;
  sample_.start_ms = known_start_ms_;
}

// Looks at the lines ahead, up to the next that is no series: each line once in the life of a page.
void Parser::ScanCreated() {
  ReaderOptions options = options_;
  options.fold_created = false;
  Parser ahead(input_.substr(pos_), format_, options);
  ahead.family_type_ = family_type_;
  created_.clear();
  for (;;) {
    const auto kind = ahead.Next();
    if (!kind.ok() || *kind != EntryKind::kSeries) break;
    created_until_ = pos_ + ahead.pos_;
    if (!ahead.IsCreatedLine()) continue;
    std::string_view name = ahead.metric_name_.bytes;
    name.remove_suffix(kCreated.size());
    created_.push_back({created_until_, ahead.StartKey(name), SecondsToMs(ahead.sample_.value)});
  }
  created_until_ = pos_ + ahead.pos_;
}

}  // namespace vedette::model::exposition
