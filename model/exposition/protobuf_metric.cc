#include "model/exposition/protobuf_metric.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/strings.h"
#include "model/wire_fields.h"
#include "model/wire_reader.h"

namespace vedette::model::exposition {
namespace {

using Fields = wire::Reader;

constexpr size_t kMaxParts = 65'536;
// Field 16, whose tag takes two bytes.
constexpr uint64_t kHistogramExemplars = 16 << 3 | 2;

base::Status Malformed(std::string_view field) {
  return base::InvalidArgument(base::Concat({"field ", field, ": malformed protobuf"}));
}

base::Status TooMany(std::string_view field) {
  return base::InvalidArgument(
      base::Concat({"field ", field, ": more than ", std::to_string(kMaxParts)}));
}

// Calls each(tag, reader) for every field of `message`, which reads what follows the tag or returns
// false; false where a field is malformed.
template <typename Each>
bool ForEachField(std::string_view message, const Each& each) {
  Fields reader(message);
  while (!reader.done()) {
    uint64_t tag = 0;
    if (!reader.ReadVarint(&tag) || !each(tag, &reader)) return false;
  }
  return true;
}

int64_t ZigZag(uint64_t v) { return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1); }

bool ReadInt64(Fields* reader, int64_t* out) {
  uint64_t bits = 0;
  if (!reader->ReadVarint(&bits)) return false;
  *out = static_cast<int64_t>(bits);
  return true;
}

bool ReadSigned(Fields* reader, int64_t* out) {
  uint64_t bits = 0;
  if (!reader->ReadVarint(&bits)) return false;
  *out = ZigZag(bits);
  return true;
}

// google.protobuf.Timestamp in milliseconds, cut at the ends of int64_t.
bool ReadTimestamp(Fields* reader, int64_t* ms) {
  constexpr int64_t kMaxSeconds = std::numeric_limits<int64_t>::max() / 1000 - 1;
  std::string_view message;
  int64_t seconds = 0;
  int64_t nanos = 0;
  if (!reader->ReadBytes(&message)) return false;
  const bool fine = ForEachField(message, [&](uint64_t tag, Fields* r) {
    if (tag == VarintTag(1)) return ReadInt64(r, &seconds);
    if (tag == VarintTag(2)) return ReadInt64(r, &nanos);
    return r->Skip(tag);
  });
  seconds = std::clamp(seconds, -kMaxSeconds, kMaxSeconds);
  nanos = std::clamp<int64_t>(nanos, 0, 999'999'999);
  *ms = seconds * 1000 + nanos / 1'000'000;
  return fine;
}

using LabelPair = std::pair<std::string_view, std::string_view>;

bool ReadLabel(Fields* reader, LabelPair* label) {
  std::string_view message;
  if (!reader->ReadBytes(&message)) return false;
  return ForEachField(message, [label](uint64_t tag, Fields* r) {
    if (tag == BytesTag(1)) return r->ReadBytes(&label->first);
    if (tag == BytesTag(2)) return r->ReadBytes(&label->second);
    return r->Skip(tag);
  });
}

// Says which field was read last and whether there were too many of it.
class FieldLog {
 public:
  // Remembers the field; true.
  bool At(std::string_view field) {
    field_ = field;
    return true;
  }
  // The same of a part that comes often, of which there are `count`.
  bool Another(std::string_view field, size_t count) {
    field_ = field;
    is_full_ = count >= kMaxParts;
    return !is_full_;
  }
  base::Status Error() const { return is_full_ ? TooMany(field_) : Malformed(field_); }

 private:
  std::string_view field_ = "metric";
  bool is_full_ = false;
};

bool ReadQuantile(Fields* reader, std::pair<double, double>* out) {
  std::string_view message;
  if (!reader->ReadBytes(&message)) return false;
  return ForEachField(message, [out](uint64_t tag, Fields* r) {
    if (tag == Fixed64Tag(1)) return r->ReadDouble(&out->first);
    if (tag == Fixed64Tag(2)) return r->ReadDouble(&out->second);
    return r->Skip(tag);
  });
}

bool ReadBucket(Fields* reader, ProtobufMetric::Bucket* out) {
  std::string_view message;
  uint64_t count = 0;
  double count_float = 0;
  if (!reader->ReadBytes(&message)) return false;
  const bool fine = ForEachField(message, [&](uint64_t tag, Fields* r) {
    if (tag == VarintTag(1)) return r->ReadVarint(&count);
    if (tag == Fixed64Tag(2)) return r->ReadDouble(&out->upper_bound);
    if (tag == BytesTag(3)) return r->ReadBytes(&out->exemplar);
    if (tag == Fixed64Tag(4)) return r->ReadDouble(&count_float);
    return r->Skip(tag);
  });
  out->cumulative = count_float != 0 ? count_float : static_cast<double>(count);
  return fine;
}

bool ReadSpan(Fields* reader, std::vector<HistogramSpan>* out) {
  std::string_view message;
  HistogramSpan& span = out->emplace_back();
  if (!reader->ReadBytes(&message)) return false;
  return ForEachField(message, [&span](uint64_t tag, Fields* r) {
    int64_t offset = 0;
    uint64_t length = 0;
    if (tag == VarintTag(1)) {
      const bool fine = ReadSigned(r, &offset);
      span.offset = static_cast<int32_t>(offset);
      return fine;
    }
    if (tag == VarintTag(2)) {
      const bool fine = r->ReadVarint(&length);
      span.length = static_cast<uint32_t>(length);
      return fine;
    }
    return r->Skip(tag);
  });
}

// Counts of buckets stand packed in one field, or one a field.
bool ReadDelta(Fields* reader, std::vector<int64_t>* out) {
  return ReadSigned(reader, &out->emplace_back());
}
bool ReadDeltas(Fields* reader, std::vector<int64_t>* out) {
  std::string_view packed;
  if (!reader->ReadBytes(&packed)) return false;
  Fields values(packed);
  while (!values.done()) {
    if (out->size() > kMaxParts || !ReadDelta(&values, out)) return false;
  }
  return true;
}
bool ReadCount(Fields* reader, std::vector<double>* out) {
  return reader->ReadDouble(&out->emplace_back());
}
bool ReadCounts(Fields* reader, std::vector<double>* out) {
  std::string_view packed;
  if (!reader->ReadBytes(&packed)) return false;
  Fields values(packed);
  while (!values.done()) {
    if (out->size() > kMaxParts || !ReadCount(&values, out)) return false;
  }
  return true;
}

bool ReadNumber(std::string_view message, ProtobufMetric* out) {
  return ForEachField(message, [out](uint64_t tag, Fields* r) {
    if (tag == Fixed64Tag(1)) return r->ReadDouble(&out->value);
    return r->Skip(tag);
  });
}

bool ReadCounter(std::string_view message, ProtobufMetric* out, FieldLog* log) {
  return ForEachField(message, [=](uint64_t tag, Fields* r) {
    switch (tag) {
      case Fixed64Tag(1):
        return log->At("counter.value") && r->ReadDouble(&out->value);
      case BytesTag(2):
        return log->At("counter.exemplar") && r->ReadBytes(&out->exemplar);
      case BytesTag(3):
        return log->At("counter.start_timestamp") && ReadTimestamp(r, &out->start_ms);
      default:
        return log->At("counter") && r->Skip(tag);
    }
  });
}

bool ReadSummary(std::string_view message, ProtobufMetric* out, FieldLog* log) {
  return ForEachField(message, [=](uint64_t tag, Fields* r) {
    uint64_t count = 0;
    switch (tag) {
      case VarintTag(1):
        if (!log->At("summary.sample_count") || !r->ReadVarint(&count)) return false;
        out->count = static_cast<double>(count);
        return true;
      case Fixed64Tag(2):
        return log->At("summary.sample_sum") && r->ReadDouble(&out->sum);
      case BytesTag(3):
        return log->Another("summary.quantile", out->quantiles.size()) &&
               ReadQuantile(r, &out->quantiles.emplace_back());
      case BytesTag(4):
        return log->At("summary.start_timestamp") && ReadTimestamp(r, &out->start_ms);
      default:
        return log->At("summary") && r->Skip(tag);
    }
  });
}

// The buckets of one sign: fields `spans`, and deltas and counts behind it.
bool ReadSide(uint64_t tag, uint32_t spans, std::string_view name, Fields* r, FieldLog* log,
              HistogramBuckets* side) {
  const size_t counted = side->deltas.size() + side->counts.size();
  if (tag == BytesTag(spans))
    return log->Another(name, side->spans.size()) && ReadSpan(r, &side->spans);
  if (!log->Another(name, counted)) return false;
  if (tag == BytesTag(spans + 1)) return ReadDeltas(r, &side->deltas);
  if (tag == VarintTag(spans + 1)) return ReadDelta(r, &side->deltas);
  if (tag == BytesTag(spans + 2)) return ReadCounts(r, &side->counts);
  return ReadCount(r, &side->counts);
}

bool ReadSchema(Fields* r, Histogram* native) {
  int64_t schema = 0;
  if (!ReadSigned(r, &schema)) return false;
  native->schema = static_cast<int32_t>(schema);
  return true;
}

bool ReadHistogram(std::string_view message, ProtobufMetric* out, FieldLog* log) {
  Histogram* const native = &out->native;
  return ForEachField(message, [=](uint64_t tag, Fields* r) {
    switch (tag) {
      case VarintTag(1):
        return log->At("histogram.sample_count") && r->ReadVarint(&native->count);
      case Fixed64Tag(2):
        return log->At("histogram.sample_sum") && r->ReadDouble(&out->sum);
      case BytesTag(3):
        return log->Another("histogram.bucket", out->buckets.size()) &&
               ReadBucket(r, &out->buckets.emplace_back());
      case Fixed64Tag(4):
        return log->At("histogram.sample_count_float") && r->ReadDouble(&native->count_float);
      case VarintTag(5):
        return log->At("histogram.schema") && ReadSchema(r, native);
      case Fixed64Tag(6):
        return log->At("histogram.zero_threshold") && r->ReadDouble(&native->zero_threshold);
      case VarintTag(7):
        return log->At("histogram.zero_count") && r->ReadVarint(&native->zero_count);
      case Fixed64Tag(8):
        return log->At("histogram.zero_count_float") && r->ReadDouble(&native->zero_count_float);
      case BytesTag(9):
      case BytesTag(10):
      case VarintTag(10):
      case BytesTag(11):
      case Fixed64Tag(11):
        return ReadSide(tag, 9, "histogram.negative buckets", r, log, &native->negative);
      case BytesTag(12):
      case BytesTag(13):
      case VarintTag(13):
      case BytesTag(14):
      case Fixed64Tag(14):
        return ReadSide(tag, 12, "histogram.positive buckets", r, log, &native->positive);
      case BytesTag(15):
        return log->At("histogram.start_timestamp") && ReadTimestamp(r, &out->start_ms);
      case kHistogramExemplars:
        return log->Another("histogram.exemplars", out->exemplars.size()) &&
               r->ReadBytes(&out->exemplars.emplace_back());
      default:
        return log->At("histogram") && r->Skip(tag);
    }
  });
}

// Which of the two kinds it is, and the numbers that both sides share.
void FinishHistogram(MetricType type, ProtobufMetric* out) {
  Histogram& native = out->native;
  out->is_native = !native.positive.spans.empty() || !native.negative.spans.empty() ||
                   native.zero_threshold > 0 || native.zero_count > 0;
  out->count = native.count_float != 0 ? native.count_float : static_cast<double>(native.count);
  native.is_float = native.count_float > 0 || native.zero_count_float > 0;
  native.sum = out->sum;
  native.reset =
      type == MetricType::kGaugeHistogram ? CounterReset::kGauge : CounterReset::kUnknown;
  for (HistogramBuckets* side : {&native.positive, &native.negative}) {
    if (native.is_float) {
      side->deltas.clear();
    } else {
      side->counts.clear();
    }
  }
  if (native.is_float) {
    native.count = native.zero_count = 0;
  } else {
    native.count_float = native.zero_count_float = 0;
  }
}

// The one field of a metric that its family's type speaks of.
uint64_t ValueTag(MetricType type) {
  switch (type) {
    case MetricType::kGauge:
      return BytesTag(2);
    case MetricType::kCounter:
      return BytesTag(3);
    case MetricType::kSummary:
      return BytesTag(4);
    case MetricType::kUntyped:
      return BytesTag(5);
    case MetricType::kHistogram:
    case MetricType::kGaugeHistogram:
      break;
  }
  return BytesTag(7);
}

bool ReadValue(std::string_view message, MetricType type, ProtobufMetric* out, FieldLog* log) {
  switch (type) {
    case MetricType::kCounter:
      return ReadCounter(message, out, log);
    case MetricType::kSummary:
      return ReadSummary(message, out, log);
    case MetricType::kGauge:
    case MetricType::kUntyped:
      return log->At("value") && ReadNumber(message, out);
    case MetricType::kHistogram:
    case MetricType::kGaugeHistogram:
      break;
  }
  return ReadHistogram(message, out, log);
}

}  // namespace

void ProtobufMetric::Clear() {
  labels.clear();
  timestamp_ms = start_ms = 0;
  value = count = sum = 0;
  exemplar = {};
  quantiles.clear();
  buckets.clear();
  native = {};
  exemplars.clear();
  is_native = false;
}

base::Status DecodeMetric(std::string_view message, MetricType type, ProtobufMetric* out) {
  out->Clear();
  FieldLog log;
  const uint64_t value_tag = ValueTag(type);
  const bool fine = ForEachField(message, [&](uint64_t tag, Fields* r) {
    std::string_view value;
    if (tag == BytesTag(1)) {
      return log.Another("label", out->labels.size()) && ReadLabel(r, &out->labels.emplace_back());
    }
    if (tag == VarintTag(6)) return log.At("timestamp_ms") && ReadInt64(r, &out->timestamp_ms);
    if (tag != value_tag) return log.At("metric") && r->Skip(tag);
    return log.At("metric") && r->ReadBytes(&value) && ReadValue(value, type, out, &log);
  });
  if (!fine) return log.Error();
  if (IsHistogram(type)) FinishHistogram(type, out);
  return {};
}

base::Status DecodeExemplar(std::string_view message, Exemplar* out) {
  FieldLog log;
  std::vector<LabelPair> labels;
  int64_t ms = 0;
  const bool fine = ForEachField(message, [&](uint64_t tag, Fields* r) {
    switch (tag) {
      case BytesTag(1):
        return log.Another("exemplar.label", labels.size()) && ReadLabel(r, &labels.emplace_back());
      case Fixed64Tag(2):
        return log.At("exemplar.value") && r->ReadDouble(&out->value);
      case BytesTag(3):
        if (!log.At("exemplar.timestamp") || !ReadTimestamp(r, &ms)) return false;
        out->timestamp_ms = ms;
        return true;
      default:
        return log.At("exemplar") && r->Skip(tag);
    }
  });
  if (!fine) return log.Error();
  for (const auto& [name, value] : labels) {
    if (base::IsValidUtf8(name) && base::IsValidUtf8(value)) continue;
    return base::InvalidArgument("field exemplar.label: not valid UTF-8");
  }
  if (const auto twice = BuildUnique(&labels, &out->labels)) {
    return base::InvalidArgument(base::Concat(
        {"field exemplar.label: label name ", base::GoQuote(*twice), " is not unique"}));
  }
  return {};
}

}  // namespace vedette::model::exposition
