#include "model/otlp/protobuf_point.h"

#include <initializer_list>
#include <utility>

#include "base/escape.h"
#include "base/strings.h"
#include "model/protobuf_field.h"

namespace vedette::model::otlp {
namespace {

using protozero::pbf_reader;
using wire::kBytes;
using wire::kFixed64;
using wire::kVarint;
using wire::TagAndType;
using wire::ToStd;

void CheckCount(size_t count, size_t limit, std::string_view what) {
  if (count < limit) return;
  throw TooMany(base::Concat({"more than ", std::to_string(limit), " ", what}));
}

std::string ToText(const protozero::data_view& view) { return TextField(ToStd(view)); }

AnyValue ReadAnyValue(pbf_reader message, int depth, size_t* parts);

void ReadArray(pbf_reader message, int depth, size_t* parts, AnyValue* out) {
  while (message.next(1, kBytes)) {
    out->items.push_back(ReadAnyValue(message.get_message(), depth + 1, parts));
  }
}

void ReadMap(pbf_reader message, int depth, size_t* parts, AnyValue* out) {
  while (message.next(1, kBytes)) {
    pbf_reader pair = message.get_message();
    auto& [key, value] = out->entries.emplace_back();
    CheckCount(++*parts, AnyValue::kMaxParts, "parts of an attribute's value");
    while (pair.next()) {
      switch (pair.tag_and_type()) {
        case TagAndType(1, kBytes):
          key = ToText(pair.get_view());
          break;
        case TagAndType(2, kBytes):
          value = ReadAnyValue(pair.get_message(), depth + 1, parts);
          break;
        default:
          pair.skip();
      }
    }
  }
}

AnyValue ReadAnyValue(pbf_reader message, int depth, size_t* parts) {
  CheckCount(++*parts, AnyValue::kMaxParts, "parts of an attribute's value");
  CheckCount(static_cast<size_t>(depth), AnyValue::kMaxDepth, "levels of an attribute's value");
  AnyValue value;
  const auto be = [&value](AnyValue::Kind kind) {
    value = AnyValue();
    value.kind = kind;
  };
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(1, kBytes):
        be(AnyValue::Kind::kString);
        value.text = ToText(message.get_view());
        break;
      case TagAndType(2, kVarint):
        be(AnyValue::Kind::kBool);
        value.flag = message.get_bool();
        break;
      case TagAndType(3, kVarint):
        be(AnyValue::Kind::kInt);
        value.integer = message.get_int64();
        break;
      case TagAndType(4, kFixed64):
        be(AnyValue::Kind::kDouble);
        value.number = message.get_double();
        break;
      case TagAndType(5, kBytes):
        be(AnyValue::Kind::kArray);
        ReadArray(message.get_message(), depth, parts, &value);
        break;
      case TagAndType(6, kBytes):
        be(AnyValue::Kind::kMap);
        ReadMap(message.get_message(), depth, parts, &value);
        break;
      case TagAndType(7, kBytes):
        be(AnyValue::Kind::kBytes);
        value.text = base::EncodeBase64(ToStd(message.get_view()));
        break;
      default:
        message.skip();
    }
  }
  return value;
}

void ReadAttribute(pbf_reader message, Attributes* out) {
  CheckCount(out->size(), kMaxAttributes, "attributes");
  Attribute& attribute = out->emplace_back();
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(1, kBytes):
        attribute.key = ToText(message.get_view());
        break;
      case TagAndType(2, kBytes): {
        size_t parts = 0;
        attribute.value = TextOf(ReadAnyValue(message.get_message(), 0, &parts));
        break;
      }
      default:
        message.skip();
    }
  }
}

// Numbers of a repeated field, packed or one by one.
template <typename Range, typename T>
void AddNumbers(const Range& numbers, std::string_view what, std::vector<T>* out) {
  for (const auto number : numbers) {
    CheckCount(out->size(), kMaxBuckets, what);
    out->push_back(number);
  }
}

Exemplar ReadExemplar(pbf_reader message) {
  Exemplar exemplar;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(2, kFixed64):
        exemplar.time_ns = message.get_fixed64();
        break;
      case TagAndType(3, kFixed64):
        exemplar.value = message.get_double();
        break;
      case TagAndType(4, kBytes):
        exemplar.span_id = message.get_string();
        break;
      case TagAndType(5, kBytes):
        exemplar.trace_id = message.get_string();
        break;
      case TagAndType(6, kFixed64):
        exemplar.value = static_cast<double>(message.get_sfixed64());
        break;
      case TagAndType(7, kBytes):
        ReadAttribute(message.get_message(), &exemplar.attributes);
        break;
      default:
        message.skip();
    }
  }
  return exemplar;
}

void AddExemplar(pbf_reader message, Point* point) {
  CheckCount(point->exemplars.size(), kMaxBuckets, "exemplars");
  point->exemplars.push_back(ReadExemplar(message));
}

constexpr uint32_t kNoRecordedValue = 1;

// Times have the same numbers in points of every kind. False when the field is neither.
bool ReadTime(pbf_reader& message, Point* point) {
  switch (message.tag_and_type()) {
    case TagAndType(2, kFixed64):
      point->start_ns = message.get_fixed64();
      return true;
    case TagAndType(3, kFixed64):
      point->time_ns = message.get_fixed64();
      return true;
    default:
      return false;
  }
}

void ReadFlags(pbf_reader& message, Point* point) {
  point->has_no_recorded_value = (message.get_uint32() & kNoRecordedValue) != 0;
}

Point ReadNumberPoint(pbf_reader message) {
  Point point;
  while (message.next()) {
    if (ReadTime(message, &point)) continue;
    switch (message.tag_and_type()) {
      case TagAndType(4, kFixed64):
        point.value = message.get_double();
        break;
      case TagAndType(5, kBytes):
        AddExemplar(message.get_message(), &point);
        break;
      case TagAndType(6, kFixed64):
        point.value = static_cast<double>(message.get_sfixed64());
        break;
      case TagAndType(7, kBytes):
        ReadAttribute(message.get_message(), &point.attributes);
        break;
      case TagAndType(8, kVarint):
        ReadFlags(message, &point);
        break;
      default:
        message.skip();
    }
  }
  return point;
}

Point ReadHistogramPoint(pbf_reader message) {
  Point point;
  while (message.next()) {
    if (ReadTime(message, &point)) continue;
    switch (message.tag_and_type()) {
      case TagAndType(4, kFixed64):
        point.count = message.get_fixed64();
        break;
      case TagAndType(5, kFixed64):
        point.sum = message.get_double();
        break;
      case TagAndType(6, kBytes):
        AddNumbers(message.get_packed_fixed64(), "buckets", &point.bucket_counts);
        break;
      case TagAndType(6, kFixed64):
        AddNumbers(std::initializer_list<uint64_t>{message.get_fixed64()}, "buckets",
                   &point.bucket_counts);
        break;
      case TagAndType(7, kBytes):
        AddNumbers(message.get_packed_double(), "bounds", &point.bounds);
        break;
      case TagAndType(7, kFixed64):
        AddNumbers(std::initializer_list<double>{message.get_double()}, "bounds", &point.bounds);
        break;
      case TagAndType(8, kBytes):
        AddExemplar(message.get_message(), &point);
        break;
      case TagAndType(9, kBytes):
        ReadAttribute(message.get_message(), &point.attributes);
        break;
      case TagAndType(10, kVarint):
        ReadFlags(message, &point);
        break;
      default:
        message.skip();
    }
  }
  return point;
}

ExponentialBuckets ReadExponentialBuckets(pbf_reader message) {
  ExponentialBuckets buckets;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(1, kVarint):
        buckets.offset = message.get_sint32();
        break;
      case TagAndType(2, kBytes):
        AddNumbers(message.get_packed_uint64(), "buckets", &buckets.counts);
        break;
      case TagAndType(2, kVarint):
        AddNumbers(std::initializer_list<uint64_t>{message.get_uint64()}, "buckets",
                   &buckets.counts);
        break;
      default:
        message.skip();
    }
  }
  return buckets;
}

Point ReadExponentialPoint(pbf_reader message) {
  Point point;
  while (message.next()) {
    if (ReadTime(message, &point)) continue;
    switch (message.tag_and_type()) {
      case TagAndType(1, kBytes):
        ReadAttribute(message.get_message(), &point.attributes);
        break;
      case TagAndType(4, kFixed64):
        point.count = message.get_fixed64();
        break;
      case TagAndType(5, kFixed64):
        point.sum = message.get_double();
        break;
      case TagAndType(6, kVarint):
        point.scale = message.get_sint32();
        break;
      case TagAndType(7, kFixed64):
        point.zero_count = message.get_fixed64();
        break;
      case TagAndType(8, kBytes):
        point.positive = ReadExponentialBuckets(message.get_message());
        break;
      case TagAndType(9, kBytes):
        point.negative = ReadExponentialBuckets(message.get_message());
        break;
      case TagAndType(10, kVarint):
        ReadFlags(message, &point);
        break;
      case TagAndType(11, kBytes):
        AddExemplar(message.get_message(), &point);
        break;
      case TagAndType(14, kFixed64):
        point.zero_threshold = message.get_double();
        break;
      default:
        message.skip();
    }
  }
  return point;
}

void AddQuantile(pbf_reader message, Point* point) {
  CheckCount(point->quantiles.size(), kMaxBuckets, "quantiles");
  auto& [quantile, value] = point->quantiles.emplace_back();
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(1, kFixed64):
        quantile = message.get_double();
        break;
      case TagAndType(2, kFixed64):
        value = message.get_double();
        break;
      default:
        message.skip();
    }
  }
}

Point ReadSummaryPoint(pbf_reader message) {
  Point point;
  point.sum = 0;
  while (message.next()) {
    if (ReadTime(message, &point)) continue;
    switch (message.tag_and_type()) {
      case TagAndType(4, kFixed64):
        point.count = message.get_fixed64();
        break;
      case TagAndType(5, kFixed64):
        point.sum = message.get_double();
        break;
      case TagAndType(6, kBytes):
        AddQuantile(message.get_message(), &point);
        break;
      case TagAndType(7, kBytes):
        ReadAttribute(message.get_message(), &point.attributes);
        break;
      case TagAndType(8, kVarint):
        ReadFlags(message, &point);
        break;
      default:
        message.skip();
    }
  }
  return point;
}

}  // namespace

std::string TextField(std::string_view bytes) { return base::RepairUtf8(bytes); }

void AddAttribute(std::string_view message, Attributes* out) {
  ReadAttribute(pbf_reader(message.data(), message.size()), out);
}

void AddFlatAttribute(std::string_view message, Attributes* out) {
  std::string key;
  AnyValue value;
  pbf_reader fields(message.data(), message.size());
  while (fields.next()) {
    switch (fields.tag_and_type()) {
      case TagAndType(1, kBytes):
        key = ToText(fields.get_view());
        break;
      case TagAndType(2, kBytes):
        value = ReadValue(ToStd(fields.get_view()));
        break;
      default:
        fields.skip();
    }
  }
  const std::string_view excess = AddFlat(key, value, kMaxAttributes, out);
  if (!excess.empty()) CheckCount(kMaxAttributes, kMaxAttributes, excess);
}

AnyValue ReadValue(std::string_view message) {
  size_t parts = 0;
  return ReadAnyValue(pbf_reader(message.data(), message.size()), 0, &parts);
}

Point ReadPoint(MetricKind kind, std::string_view bytes) {
  const pbf_reader message(bytes.data(), bytes.size());
  switch (kind) {
    case MetricKind::kHistogram:
      return ReadHistogramPoint(message);
    case MetricKind::kExponentialHistogram:
      return ReadExponentialPoint(message);
    case MetricKind::kSummary:
      return ReadSummaryPoint(message);
    default:
      return ReadNumberPoint(message);
  }
}

}  // namespace vedette::model::otlp
