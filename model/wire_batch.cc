#include "model/wire_batch.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/strings.h"
#include "model/wire_labels.h"
#include "model/wire_reader.h"

namespace vedette::model {
namespace {

using wire::Reader;

// Fields of remote write 1.0, number and coding.
constexpr uint8_t kTimeSeriesTag = 0x0a;
constexpr uint8_t kLabelsTag = 0x0a;
constexpr uint8_t kSamplesTag = 0x12;
constexpr uint8_t kExemplarsTag = 0x1a;
constexpr uint8_t kHistogramsTag = 0x22;
constexpr uint8_t kSampleValueTag = 0x09;
constexpr uint8_t kSampleTimestampTag = 0x10;

bool ReadSample(std::string_view message, WireSample* sample) {
  Reader reader(message);
  while (!reader.done()) {
    uint64_t tag = 0;
    if (!reader.ReadVarint(&tag)) return false;
    bool read = false;
    if (tag == kSampleValueTag) {
      read = reader.ReadDouble(&sample->value);
    } else if (tag == kSampleTimestampTag) {
      uint64_t time = 0;
      read = reader.ReadVarint(&time);
      sample->time_ms = static_cast<int64_t>(time);
    } else {
      read = reader.Skip(tag);
    }
    if (!read) return false;
  }
  return true;
}

// Calls `each(label)` while it returns true; false when one did not or is malformed.
template <typename Each>
bool ForEachLabel(std::string_view labels, Each each) {
  Reader reader(labels);
  while (!reader.done()) {
    std::string_view message;
    LabelView label;
    if (!reader.Take(kLabelsTag) || !reader.ReadBytes(&message)) return false;
    if (!wire::SplitLabel(message, &label) || !each(label)) return false;
  }
  return true;
}

}  // namespace

class WireBatchParserV1 {
 public:
  WireBatchParserV1(std::string_view protobuf, WireBatch* batch)
      : protobuf_(protobuf), batch_(batch) {}

  base::Status Parse() {
    Reader reader(protobuf_);
    while (!reader.done()) {
      std::string_view message;
      const char* const field = reader.at();
      if (reader.Take(kTimeSeriesTag)) {
        if (!reader.ReadBytes(&message)) return Malformed(field, "a series");
        VEDETTE_RETURN_IF_ERROR(ParseSeries(message));
        continue;
      }
      uint64_t tag = 0;
      if (!reader.ReadVarint(&tag) || !reader.Skip(tag)) return Malformed(field, "a field");
    }
    return {};
  }

 private:
  // As everyone writes it: labels, then samples; whatever else there is goes the long way.
  base::Status ParseSeries(std::string_view message) {
    Reader reader(message);
    std::string_view skipped;
    while (reader.Take(kLabelsTag)) {
      if (!reader.ReadBytes(&skipped)) return Malformed(reader.at(), "a label");
    }
    std::string_view labels = message.substr(0, static_cast<size_t>(reader.at() - message.data()));
    while (!reader.done()) {
      const char* const field = reader.at();
      if (reader.Take(kSamplesTag)) {
        VEDETTE_RETURN_IF_ERROR(AddSample(&reader));
        continue;
      }
      if (reader.Take(kLabelsTag)) {
        if (!reader.ReadBytes(&skipped)) return Malformed(field, "a label");
        labels = Gather(labels, {field, static_cast<size_t>(reader.at() - field)});
        continue;
      }
      VEDETTE_RETURN_IF_ERROR(SkipField(&reader));
    }
    EndSeries(labels);
    return {};
  }

  base::Status AddSample(Reader* reader) {
    if (batch_->samples_.size() == batch_->limits_.max_samples) {
      return base::ResourceExhausted(base::Concat(
          {"request has more than ", std::to_string(batch_->limits_.max_samples), " samples"}));
    }
    std::string_view message;
    WireSample& sample = batch_->samples_.emplace_back();
    if (!reader->ReadBytes(&message) || !ReadSample(message, &sample)) {
      return Malformed(reader->at(), "a sample");
    }
    return {};
  }

  base::Status SkipField(Reader* reader) {
    const char* const field = reader->at();
    uint64_t tag = 0;
    if (!reader->ReadVarint(&tag) || !reader->Skip(tag)) {
      return Malformed(field, "a field of a series");
    }
    batch_->exemplars_skipped_ += tag == kExemplarsTag;
    batch_->histograms_skipped_ += tag == kHistogramsTag;
    return {};
  }

  // Protobuf lets fields come in any order: those of labels are put together.
  std::string_view Gather(std::string_view labels, std::string_view field) {
    std::forward_list<std::string>& gathered = batch_->gathered_;
    if (gathered.empty() || gathered.front().data() != labels.data()) {
      gathered.emplace_front(labels);
    }
    gathered.front().append(field);
    return gathered.front();
  }

  void EndSeries(std::string_view labels) {
    WireBatch::Series& series = batch_->series_.back();
    const auto end = static_cast<uint32_t>(batch_->samples_.size());
    if (series.first_sample == end) return;
    series.labels = labels;
    batch_->series_.push_back({{}, end});
  }

  base::Status Malformed(const char* at, std::string_view what) const {
    return base::InvalidArgument(
        base::Concat({"not a remote write 1.0 request: ", what, " is malformed at byte ",
                      std::to_string(at - protobuf_.data())}));
  }

  const std::string_view protobuf_;
  WireBatch* const batch_;
};

base::StatusOr<WireBatch> WireBatch::ParseV1(std::string_view protobuf,
                                             const RemoteWriteLimits& limits) {
  WireBatch batch(limits);
  VEDETTE_RETURN_IF_ERROR(WireBatchParserV1(protobuf, &batch).Parse());
  return batch;
}

std::optional<int64_t> WireBatch::row_time_ms() const {
  // A series is kept only for its samples: as many of each means one each.
  if (samples_.empty() || samples_.size() != size()) return std::nullopt;
  for (const WireSample& sample : samples_) {
    if (sample.time_ms != samples_.front().time_ms) return std::nullopt;
  }
  return samples_.front().time_ms;
}

bool WireBatch::LabelsAre(size_t i, std::string_view label_bytes) const {
  wire::LabelMatcher matcher(label_bytes);
  return ForEachLabel(series_[i].labels,
                      [&](const LabelView& label) { return matcher.Next(label); }) &&
         matcher.done();
}

uint64_t WireBatch::LabelHash(size_t i) const {
  std::string bytes;
  bytes.reserve(series_[i].labels.size());
  std::string_view previous;
  const bool in_order = ForEachLabel(series_[i].labels, [&](const LabelView& label) {
    if (label.name <= previous) return false;
    previous = label.name;
    if (!label.value.empty()) wire::AppendLabelBytes(label, &bytes);
    return true;
  });
  if (in_order) return XXH64(bytes.data(), bytes.size(), 0);
  const base::StatusOr<Labels> labels = LabelsOf(i);
  return labels.ok() ? labels->Hash() : 0;
}

base::StatusOr<Labels> WireBatch::LabelsOf(size_t i) const {
  wire::LabelPairs pairs;
  const bool whole = ForEachLabel(series_[i].labels, [&](const LabelView& label) {
    pairs.emplace_back(label.name, label.value);
    return true;
  });
  if (!whole) {
    return base::InvalidArgument(
        base::Concat({"series ", std::to_string(i), " of the request has a malformed label"}));
  }
  return wire::CheckedLabels(std::move(pairs), limits_);
}

}  // namespace vedette::model
