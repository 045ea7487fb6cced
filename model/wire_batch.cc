#include "model/wire_batch.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/strings.h"
#include "model/metadata_wire.h"
#include "model/wire_fields.h"
#include "model/wire_labels.h"
#include "model/wire_reader.h"

namespace vedette::model {
namespace {

using wire::Reader;

// Calls each(label) for fields of labels of 1.0.
template <typename Each>
bool ForEachField(std::string_view labels, Each each) {
  Reader reader(labels);
  while (!reader.done()) {
    std::string_view message;
    LabelView label;
    if (!reader.Take(BytesTag(v1::kSeriesLabels)) || !reader.ReadBytes(&message)) return false;
    if (!wire::SplitLabel(message, &label) || !each(label)) return false;
  }
  return true;
}

// The fields of an exemplar: which are which is the same in both versions.
struct ExemplarFields {
  std::string labels;  // as Series::labels
  Exemplar exemplar;
};

bool ReadExemplar(std::string_view message, bool is_v2, ExemplarFields* out) {
  Reader reader(message);
  while (!reader.done()) {
    const char* const field = reader.at();
    uint64_t tag = 0;
    uint64_t varint = 0;
    std::string_view bytes;
    if (!reader.ReadVarint(&tag)) return false;
    const char* const body = reader.at();
    bool read = false;
    if (tag == BytesTag(v1::kExemplarLabels)) {
      read = reader.ReadBytes(&bytes);
      const std::string_view whole(field, static_cast<size_t>(reader.at() - field));
      if (read) out->labels += is_v2 ? bytes : whole;
    } else if (tag == VarintTag(v2::kExemplarLabelsRefs) && is_v2) {
      read = reader.ReadVarint(&varint);
      out->labels.append(body, reader.at());
    } else if (tag == Fixed64Tag(v1::kExemplarValue)) {
      read = reader.ReadDouble(&out->exemplar.value);
    } else if (tag == VarintTag(v1::kExemplarTimestamp)) {
      read = reader.ReadVarint(&varint);
      out->exemplar.time_ms = static_cast<int64_t>(varint);
    } else {
      read = reader.Skip(tag);
    }
    if (!read) return false;
  }
  return true;
}

}  // namespace

template <typename Each>
bool WireBatch::ForEachRef(std::string_view refs, Each each) const {
  Reader reader(refs);
  while (!reader.done()) {
    uint64_t name = 0;
    uint64_t value = 0;
    if (!reader.ReadVarint(&name) || !reader.ReadVarint(&value)) return false;
    if (name >= symbols_.size() || value >= symbols_.size()) return false;
    if (!each(LabelView{symbols_[name], symbols_[value]})) return false;
  }
  return true;
}

template <typename Each>
bool WireBatch::ForEachLabel(std::string_view labels, Each each) const {
  return is_v2_ ? ForEachRef(labels, each) : ForEachField(labels, each);
}

std::optional<int64_t> WireBatch::row_time_ms() const {
  if (samples_.empty() || !one_each_) return std::nullopt;
  const int64_t time_ms = samples_.front().time_ms;
  for (const WireSample& sample : samples_) {
    if (sample.time_ms != time_ms) return std::nullopt;
  }
  return time_ms;
}

bool WireBatch::LabelsAre(size_t i, std::string_view label_bytes) const {
  wire::LabelMatcher matcher(label_bytes);
  return ForEachLabel(series_[i].labels,
                      [&](const LabelView& label) { return matcher.Next(label); }) &&
         matcher.done();
}

uint64_t WireBatch::LabelHash(size_t i) const {
  std::string bytes;
  bytes.reserve(is_v2_ ? 256 : series_[i].labels.size());
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
  if (!whole) return BadLabel(i);
  return wire::CheckedLabels(std::move(pairs), limits_);
}

base::Status WireBatch::BadLabel(size_t i) const {
  const std::string series = base::Concat({"series ", std::to_string(i), " of the request"});
  const base::Status malformed =
      base::InvalidArgument(base::Concat({series, " has a malformed label"}));
  if (!is_v2_) return malformed;
  Reader reader(series_[i].labels);
  size_t count = 0;
  for (; !reader.done(); ++count) {
    uint64_t ref = 0;
    if (!reader.ReadVarint(&ref)) return malformed;
    if (ref < symbols_.size()) continue;
    return base::InvalidArgument(
        base::Concat({series, " refers to symbol ", std::to_string(ref), ", found ",
                      std::to_string(symbols_.size()), " symbols"}));
  }
  return base::InvalidArgument(base::Concat(
      {series, " has ", std::to_string(count), " label references; allowed is an even number"}));
}

base::StatusOr<TimedHistogram> WireBatch::HistogramOf(size_t i, size_t k) const {
  VEDETTE_ASSIGN_OR_RETURN(TimedHistogram histogram,
                           DecodeHistogram(histograms_[series_[i].first_histogram + k]));
  if (histogram.start_ms == 0 && i < created_.size()) histogram.start_ms = created_[i];
  return histogram;
}

base::StatusOr<Exemplar> WireBatch::ExemplarOf(size_t i, size_t k) const {
  ExemplarFields fields;
  if (!ReadExemplar(exemplars_[series_[i].first_exemplar + k], is_v2_, &fields)) {
    return base::InvalidArgument("malformed exemplar");
  }
  wire::LabelPairs pairs;
  const bool whole = ForEachLabel(fields.labels, [&](const LabelView& label) {
    pairs.emplace_back(label.name, label.value);
    return true;
  });
  if (!whole) return base::InvalidArgument("exemplar with a malformed label");
  VEDETTE_ASSIGN_OR_RETURN(fields.exemplar.labels,
                           wire::CheckedExemplarLabels(std::move(pairs), limits_));
  VEDETTE_RETURN_IF_ERROR(fields.exemplar.Validate());
  return std::move(fields.exemplar);
}

std::string_view WireBatch::Symbol(uint64_t ref) const {
  return ref < symbols_.size() ? symbols_[ref] : std::string_view();
}

std::string_view WireBatch::MetricNameOf(size_t i) const {
  std::string_view name;
  ForEachLabel(series_[i].labels, [&name](const LabelView& label) {
    if (label.name == kMetricName) name = label.value;
    return name.empty();
  });
  return name;
}

std::optional<WireBatch::FamilyView> WireBatch::ReadMetadata(const MetadataMessage& from) const {
  FamilyView out;
  out.type = wire::TypeName(0);
  Reader reader(from.message);
  while (!reader.done()) {
    uint64_t tag = 0;
    uint64_t varint = 0;
    std::string_view bytes;
    if (!reader.ReadVarint(&tag)) return std::nullopt;
    const bool is_text = (tag & 7) == 2;
    if (!(is_text          ? reader.ReadBytes(&bytes)
          : (tag & 7) == 0 ? reader.ReadVarint(&varint)
                           : reader.Skip(tag))) {
      return std::nullopt;
    }
    if (tag == VarintTag(v1::kMetadataType)) out.type = wire::TypeName(varint);
    if (is_v2_) {
      if (tag == VarintTag(v2::kMetadataHelpRef)) out.help = Symbol(varint);
      if (tag == VarintTag(v2::kMetadataUnitRef)) out.unit = Symbol(varint);
      continue;
    }
    if (tag == BytesTag(v1::kMetadataFamily)) out.family = bytes;
    if (tag == BytesTag(v1::kMetadataHelp)) out.help = bytes;
    if (tag == BytesTag(v1::kMetadataUnit)) out.unit = bytes;
  }
  if (is_v2_) out.family = MetricNameOf(from.series);
  return out;
}

void WireBatch::ForEachFamily(const std::function<void(const FamilyView& family)>& visit) const {
  for (const MetadataMessage& message : metadata_) {
    const std::optional<FamilyView> read = ReadMetadata(message);
    if (read && !read->family.empty()) visit(*read);
  }
}

}  // namespace vedette::model
