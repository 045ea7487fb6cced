#include "collector/logstore/volume_table.h"

#include <algorithm>

#include "base/strings.h"
#include "collector/logstore/minute_slot.h"

namespace vedette::logstore {
namespace {

constexpr size_t kMaxVolumeCells = 4'000'000;
// What LogQL puts behind a name of metadata that the stream has too.
constexpr std::string_view kExtracted = "_extracted";
constexpr std::string_view kTooMany =
    "too many streams and steps; narrow the selector or the range, or widen the step";

// A label as metadata is stored, should it be metadata.
std::string_view StoredName(std::string_view name) {
  return base::EndsWith(name, kExtracted) ? name.substr(0, name.size() - kExtracted.size()) : name;
}

}  // namespace

base::Status VolumeTable::Prepare() {
  if (request_.step_ns == 0) return {};
  int64_t from_origin = 0;
  int64_t to_end = 0;
  if (__builtin_sub_overflow(request_.start_ns, request_.origin_ns, &from_origin) ||
      __builtin_sub_overflow(request_.end_ns - 1, request_.origin_ns, &to_end)) {
    return base::InvalidArgument("the range is too wide to be counted in steps");
  }
  first_bin_ = FloorDiv(from_origin, request_.step_ns);
  const int64_t bins = FloorDiv(to_end, request_.step_ns) - first_bin_ + 1;
  if (bins > static_cast<int64_t>(kMaxVolumeCells)) {
    return base::ResourceExhausted(kTooMany);
  }
  bins_ = static_cast<size_t>(bins);
  return {};
}

bool VolumeTable::Matches(const Stream* stream) {
  const auto [it, fresh] = matches_.try_emplace(stream, false);
  if (fresh) it->second = model::MatchesAll(request_.matchers, stream->labels);
  return it->second;
}

std::optional<size_t> VolumeTable::GroupOf(const Stream* stream, std::string_view level) {
  if (stream != last_stream_) {
    last_stream_ = stream;
    last_levels_ = &known_groups_[stream];
  }
  Levels& levels = *last_levels_;
  for (const auto& [name, group] : levels) {
    if (name == level) return group;
  }
  std::optional<size_t> group;
  if (Matches(stream)) group = group_(stream->labels, level);
  levels.emplace_back(level, group);
  return group;
}

size_t VolumeTable::BinOf(int64_t timestamp_ns) const {
  if (request_.step_ns == 0) return 0;
  return static_cast<size_t>(FloorDiv(timestamp_ns - request_.origin_ns, request_.step_ns) -
                             first_bin_);
}

VolumeBins* VolumeTable::BinsOf(size_t group) {
  if (!status_.ok()) return nullptr;
  if (group >= groups_.size()) groups_.resize(group + 1);
  VolumeBins& bins = groups_[group];
  if (!bins.entries.empty()) return &bins;
  cells_ += bins_;
  if (cells_ > kMaxVolumeCells) {
    status_ = base::ResourceExhausted(kTooMany);
    return nullptr;
  }
  bins.entries.resize(bins_);
  if (request_.bytes) bins.bytes.resize(bins_);
  return &bins;
}

void VolumeTable::AddRow(const Row& row) {
  std::string_view level;
  for (const model::LabelView& label : *row.metadata) {
    if (label.name == kLevelName) {
      level = label.value;
    } else if (DependsOn(label.name)) {
      known_ = false;
    }
  }
  const auto group = GroupOf(row.stream, level);
  VolumeBins* const bins = group ? BinsOf(*group) : nullptr;
  if (bins == nullptr) return;
  const size_t bin = BinOf(row.timestamp_ns);
  ++bins->entries[bin];
  if (request_.bytes) bins->bytes[bin] += row.line.size();
}

bool VolumeTable::DependsOn(std::string_view name) const {
  const auto is_asked = [&](const std::string& asked) {
    return asked == name || StoredName(asked) == name;
  };
  return request_.all_labels ||
         std::any_of(request_.labels.begin(), request_.labels.end(), is_asked);
}

void VolumeTable::CheckNames(const MinuteCounts& counts) {
  if (request_.all_labels && (counts.more_names || !counts.names.empty())) known_ = false;
  for (const std::string& name : request_.labels) {
    if (name == kLevelName) continue;
    // The level of lines whose stream has one of its own: who groups by it looks at rows.
    if (StoredName(name) == kLevelName) known_ = false;
    if (counts.MayHaveName(name) || counts.MayHaveName(StoredName(name))) known_ = false;
  }
}

}  // namespace vedette::logstore
