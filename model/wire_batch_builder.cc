#include "model/wire_batch_builder.h"

#include "model/wire_fields.h"

namespace vedette::model {

using wire::Reader;

bool WireBatchBuilder::ReadSample(std::string_view message, WireSample* sample, int64_t* start_ms) {
  Reader reader(message);
  while (!reader.done()) {
    uint64_t tag = 0;
    if (!reader.ReadVarint(&tag)) return false;
    bool read = false;
    uint64_t time = 0;
    if (tag == Fixed64Tag(v1::kSampleValue)) {
      read = reader.ReadDouble(&sample->value);
    } else if (tag == VarintTag(v1::kSampleTimestamp)) {
      read = reader.ReadVarint(&time);
      sample->time_ms = static_cast<int64_t>(time);
    } else if (tag == VarintTag(v2::kSampleStart)) {
      read = reader.ReadVarint(&time);
      *start_ms = static_cast<int64_t>(time);
    } else {
      read = reader.Skip(tag);
    }
    if (!read) return false;
  }
  return true;
}

base::Status WireBatchBuilder::AddMessage(Reader* reader, std::string_view what,
                                          std::vector<std::string_view>* to) {
  const char* const at = reader->at();
  if (Full(to->size())) return TooMany(base::Concat({what, "s"}));
  if (!reader->ReadBytes(&to->emplace_back())) {
    return Malformed(at, base::Concat({"a field of ", what, "s"}));
  }
  return {};
}

base::Status WireBatchBuilder::AddMetadata(Reader* reader) {
  const char* const at = reader->at();
  if (Full(batch_.metadata_.size())) return TooMany("metadata");
  WireBatch::MetadataMessage& metadata = batch_.metadata_.emplace_back();
  metadata.series = static_cast<uint32_t>(batch_.size());
  return reader->ReadBytes(&metadata.message) ? base::Status() : Malformed(at, "metadata");
}

base::Status WireBatchBuilder::AddCreated(Reader* reader) {
  const char* const at = reader->at();
  uint64_t created = 0;
  if (!reader->ReadVarint(&created)) return Malformed(at, "a created timestamp");
  created_ms_ = static_cast<int64_t>(created);
  return {};
}

base::Status WireBatchBuilder::Skip(Reader* reader) {
  const char* const at = reader->at();
  uint64_t tag = 0;
  if (!reader->ReadVarint(&tag) || !reader->Skip(tag)) return Malformed(at, "a field");
  return {};
}

std::string_view WireBatchBuilder::Gather(std::string_view labels, std::string_view more) {
  std::forward_list<std::string>& gathered = batch_.gathered_;
  if (gathered.empty() || gathered.front().data() != labels.data()) {
    gathered.emplace_front(labels);
  }
  gathered.front().append(more);
  return gathered.front();
}

void WireBatchBuilder::EndSeries(std::string_view labels) {
  WireBatch::Series& series = batch_.series_.back();
  WireBatch::Series next;
  next.first_sample = static_cast<uint32_t>(batch_.samples_.size());
  next.first_histogram = static_cast<uint32_t>(batch_.histograms_.size());
  next.first_exemplar = static_cast<uint32_t>(batch_.exemplars_.size());
  const int64_t created_ms = std::exchange(created_ms_, 0);
  if (series.first_sample == next.first_sample && series.first_histogram == next.first_histogram &&
      series.first_exemplar == next.first_exemplar) {
    while (!batch_.metadata_.empty() && batch_.is_v2_ &&
           batch_.metadata_.back().series == batch_.size()) {
      batch_.metadata_.pop_back();
    }
    return;
  }
  batch_.one_each_ = batch_.one_each_ && next.first_sample == series.first_sample + 1;
  series.labels = labels;
  if (created_ms != 0) SpreadCreated(series, created_ms);
  batch_.series_.push_back(next);
}

void WireBatchBuilder::SetStart(int64_t start_ms) {
  batch_.starts_.resize(batch_.samples_.size());
  batch_.starts_.back() = start_ms;
}

// The series' own time is that of all its samples that have none.
void WireBatchBuilder::SpreadCreated(const WireBatch::Series& series, int64_t created_ms) {
  batch_.starts_.resize(batch_.samples_.size());
  for (size_t i = series.first_sample; i < batch_.starts_.size(); ++i) {
    if (batch_.starts_[i] == 0) batch_.starts_[i] = created_ms;
  }
  batch_.created_.resize(batch_.size() + 1);
  batch_.created_.back() = created_ms;
}

base::Status WireBatchBuilder::TooMany(std::string_view what) const {
  return base::ResourceExhausted(base::Concat(
      {"request has more than ", std::to_string(batch_.limits_.max_samples), " ", what}));
}

base::Status WireBatchBuilder::Malformed(const char* at, std::string_view what) const {
  return base::InvalidArgument(
      base::Concat({"not a remote write ", version_, " request: ", what, " is malformed at byte ",
                    std::to_string(at - protobuf_.data())}));
}

}  // namespace vedette::model
