#include "model/otlp/json_point.h"

#include <optional>
#include <string>
#include <vector>

namespace vedette::model::otlp::json {
namespace {

AnyValue ReadValue(const object& from, size_t* parts, Reading* reading);

void ReadNested(const object& from, std::string_view name, size_t* parts, Reading* reading,
                AnyValue* out) {
  const auto nested = ObjectField(from, name, reading);
  if (!nested) return;
  EachObject(*nested, "values", kNoLimit, reading, [&](const object& item) {
    if (out->kind == AnyValue::Kind::kArray) {
      out->items.push_back(ReadValue(item, parts, reading));
      return;
    }
    auto& entry = out->entries.emplace_back(TextField(item, "key", reading), AnyValue());
    const auto value = ObjectField(item, "value", reading);
    if (value) entry.second = ReadValue(*value, parts, reading);
  });
}

// Its depth is bounded by that of the JSON.
AnyValue ReadValue(const object& from, size_t* parts, Reading* reading) {
  AnyValue value;
  if (++*parts > AnyValue::kMaxParts) {
    reading->TooMany(AnyValue::kMaxParts, "parts of an attribute's value");
    return value;
  }
  if (Find(from, "stringValue")) {
    value.kind = AnyValue::Kind::kString;
    value.text = TextField(from, "stringValue", reading);
  } else if (Find(from, "boolValue")) {
    value.kind = AnyValue::Kind::kBool;
    value.flag = BoolField(from, "boolValue", reading);
  } else if (Find(from, "intValue")) {
    value.kind = AnyValue::Kind::kInt;
    value.integer = WholeField<int64_t>(from, "intValue", reading);
  } else if (Find(from, "doubleValue")) {
    value.kind = AnyValue::Kind::kDouble;
    value.number = NumberField(from, "doubleValue", reading).value_or(0);
  } else if (Find(from, "bytesValue")) {
    value.kind = AnyValue::Kind::kBytes;
    value.text = TextField(from, "bytesValue", reading);
  } else if (Find(from, "arrayValue")) {
    value.kind = AnyValue::Kind::kArray;
    ReadNested(from, "arrayValue", parts, reading, &value);
  } else if (Find(from, "kvlistValue")) {
    value.kind = AnyValue::Kind::kMap;
    ReadNested(from, "kvlistValue", parts, reading, &value);
  }
  return value;
}

std::optional<uint8_t> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

// Bytes in hexadecimal: OTLP's own rule, protobuf's JSON would have base64.
std::string IdField(const object& from, std::string_view name, Reading* reading) {
  const std::string hex = TextField(from, name, reading);
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const auto high = HexDigit(hex[i]);
    const auto low = i + 1 < hex.size() ? HexDigit(hex[i + 1]) : std::nullopt;
    if (!high || !low) {
      reading->Fail(name, "bytes in hexadecimal");
      return {};
    }
    bytes += static_cast<char>(*high << 4 | *low);
  }
  return bytes;
}

// asDouble or asInt.
std::optional<double> ValueOf(const object& from, Reading* reading) {
  if (Find(from, "asInt")) return static_cast<double>(WholeField<int64_t>(from, "asInt", reading));
  return NumberField(from, "asDouble", reading);
}

std::vector<uint64_t> CountsField(const object& from, Reading* reading) {
  return NumbersField<uint64_t>(from, "bucketCounts", reading, WholeNumber<uint64_t>);
}

ExponentialBuckets BucketsField(const object& from, std::string_view name, Reading* reading) {
  ExponentialBuckets buckets;
  const auto fields = ObjectField(from, name, reading);
  if (!fields) return buckets;
  const auto offset = WholeField<int64_t>(*fields, "offset", reading);
  buckets.offset = static_cast<int32_t>(offset);
  if (buckets.offset != offset) reading->Fail("offset", "a number of 32 bits");
  buckets.counts = CountsField(*fields, reading);
  return buckets;
}

void ReadExemplars(const object& from, Reading* reading, Point* point) {
  EachObject(from, "exemplars", kMaxBuckets, reading, [&](const object& item) {
    Exemplar& exemplar = point->exemplars.emplace_back();
    exemplar.time_ns = WholeField<uint64_t>(item, "timeUnixNano", reading);
    exemplar.value = ValueOf(item, reading);
    exemplar.trace_id = IdField(item, "traceId", reading);
    exemplar.span_id = IdField(item, "spanId", reading);
    exemplar.attributes = AttributesField(item, "filteredAttributes", reading);
  });
}

}  // namespace

Attributes AttributesField(const object& from, std::string_view name, Reading* reading) {
  Attributes attributes;
  EachObject(from, name, kMaxAttributes, reading, [&](const object& pair) {
    Attribute& attribute = attributes.emplace_back();
    attribute.key = TextField(pair, "key", reading);
    const auto value = ObjectField(pair, "value", reading);
    size_t parts = 0;
    if (value) attribute.value = TextOf(ReadValue(*value, &parts, reading));
  });
  return attributes;
}

Attributes FlatAttributesField(const object& from, std::string_view name, Reading* reading) {
  Attributes attributes;
  EachObject(from, name, kMaxAttributes, reading, [&](const object& pair) {
    const std::string key = TextField(pair, "key", reading);
    const std::string_view excess =
        AddFlat(key, ValueField(pair, "value", reading), kMaxAttributes, &attributes);
    if (!excess.empty()) reading->TooMany(kMaxAttributes, excess);
  });
  return attributes;
}

AnyValue ValueField(const object& from, std::string_view name, Reading* reading) {
  const auto value = ObjectField(from, name, reading);
  size_t parts = 0;
  return value ? ReadValue(*value, &parts, reading) : AnyValue();
}

Point ReadPoint(MetricKind kind, const object& from, Reading* reading) {
  Point point;
  point.attributes = AttributesField(from, "attributes", reading);
  point.start_ns = WholeField<uint64_t>(from, "startTimeUnixNano", reading);
  point.time_ns = WholeField<uint64_t>(from, "timeUnixNano", reading);
  point.has_no_recorded_value = (WholeField<uint64_t>(from, "flags", reading) & 1) != 0;
  ReadExemplars(from, reading, &point);
  if (kind == MetricKind::kGauge || kind == MetricKind::kSum) {
    point.value = ValueOf(from, reading);
    return point;
  }
  point.count = WholeField<uint64_t>(from, "count", reading);
  point.sum = NumberField(from, "sum", reading);
  if (kind == MetricKind::kHistogram) {
    point.bucket_counts = CountsField(from, reading);
    point.bounds = NumbersField<double>(from, "explicitBounds", reading, Number);
  } else if (kind == MetricKind::kExponentialHistogram) {
    const auto scale = WholeField<int64_t>(from, "scale", reading);
    point.scale = static_cast<int32_t>(scale);
    if (point.scale != scale) reading->Fail("scale", "a number of 32 bits");
    point.zero_count = WholeField<uint64_t>(from, "zeroCount", reading);
    point.zero_threshold = NumberField(from, "zeroThreshold", reading).value_or(0);
    point.positive = BucketsField(from, "positive", reading);
    point.negative = BucketsField(from, "negative", reading);
  } else {
    point.sum = point.sum.value_or(0);
    EachObject(from, "quantileValues", kMaxBuckets, reading, [&](const object& item) {
      point.quantiles.emplace_back(NumberField(item, "quantile", reading).value_or(0),
                                   NumberField(item, "value", reading).value_or(0));
    });
  }
  return point;
}

}  // namespace vedette::model::otlp::json
