#include "tests/conformance/textproto.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <utility>

#include "base/strings.h"

namespace vedette::test {
namespace {

enum class Coding { kText, kVarint, kZigZag, kDouble, kMessage };

struct WireField {
  uint32_t number;
  Coding coding;
  std::string_view message;  // the type of a message
};
using WireMessage = std::map<std::string_view, WireField>;

// io/prometheus/client/metrics.proto.
const std::map<std::string_view, WireMessage>& Schema() {
  static const std::map<std::string_view, WireMessage> schema = {
      {"MetricFamily",
       {{"name", {1, Coding::kText, {}}},
        {"help", {2, Coding::kText, {}}},
        {"type", {3, Coding::kVarint, {}}},
        {"metric", {4, Coding::kMessage, "Metric"}},
        {"unit", {5, Coding::kText, {}}}}},
      {"Metric",
       {{"label", {1, Coding::kMessage, "LabelPair"}},
        {"gauge", {2, Coding::kMessage, "Value"}},
        {"counter", {3, Coding::kMessage, "Counter"}},
        {"summary", {4, Coding::kMessage, "Summary"}},
        {"untyped", {5, Coding::kMessage, "Value"}},
        {"timestamp_ms", {6, Coding::kVarint, {}}},
        {"histogram", {7, Coding::kMessage, "Histogram"}}}},
      {"LabelPair", {{"name", {1, Coding::kText, {}}}, {"value", {2, Coding::kText, {}}}}},
      {"Value", {{"value", {1, Coding::kDouble, {}}}}},
      {"Counter",
       {{"value", {1, Coding::kDouble, {}}},
        {"exemplar", {2, Coding::kMessage, "Exemplar"}},
        {"start_timestamp", {3, Coding::kMessage, "Timestamp"}}}},
      {"Summary",
       {{"sample_count", {1, Coding::kVarint, {}}},
        {"sample_sum", {2, Coding::kDouble, {}}},
        {"quantile", {3, Coding::kMessage, "Quantile"}},
        {"start_timestamp", {4, Coding::kMessage, "Timestamp"}}}},
      {"Quantile", {{"quantile", {1, Coding::kDouble, {}}}, {"value", {2, Coding::kDouble, {}}}}},
      {"Histogram",
       {{"sample_count", {1, Coding::kVarint, {}}},
        {"sample_sum", {2, Coding::kDouble, {}}},
        {"bucket", {3, Coding::kMessage, "Bucket"}},
        {"sample_count_float", {4, Coding::kDouble, {}}},
        {"schema", {5, Coding::kZigZag, {}}},
        {"zero_threshold", {6, Coding::kDouble, {}}},
        {"zero_count", {7, Coding::kVarint, {}}},
        {"zero_count_float", {8, Coding::kDouble, {}}},
        {"negative_span", {9, Coding::kMessage, "BucketSpan"}},
        {"negative_delta", {10, Coding::kZigZag, {}}},
        {"negative_count", {11, Coding::kDouble, {}}},
        {"positive_span", {12, Coding::kMessage, "BucketSpan"}},
        {"positive_delta", {13, Coding::kZigZag, {}}},
        {"positive_count", {14, Coding::kDouble, {}}},
        {"start_timestamp", {15, Coding::kMessage, "Timestamp"}},
        {"exemplars", {16, Coding::kMessage, "Exemplar"}}}},
      {"Bucket",
       {{"cumulative_count", {1, Coding::kVarint, {}}},
        {"upper_bound", {2, Coding::kDouble, {}}},
        {"exemplar", {3, Coding::kMessage, "Exemplar"}},
        {"cumulative_count_float", {4, Coding::kDouble, {}}}}},
      {"BucketSpan", {{"offset", {1, Coding::kZigZag, {}}}, {"length", {2, Coding::kVarint, {}}}}},
      {"Exemplar",
       {{"label", {1, Coding::kMessage, "LabelPair"}},
        {"value", {2, Coding::kDouble, {}}},
        {"timestamp", {3, Coding::kMessage, "Timestamp"}}}},
      {"Timestamp", {{"seconds", {1, Coding::kVarint, {}}}, {"nanos", {2, Coding::kVarint, {}}}}},
  };
  return schema;
}

void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) *out += static_cast<char>(value | 0x80);
  *out += static_cast<char>(value);
}

void AppendDouble(double value, std::string* out) {
  const auto bits = std::bit_cast<uint64_t>(value);
  for (int shift = 0; shift < 64; shift += 8) *out += static_cast<char>(bits >> shift);
}

uint64_t ZigZag(int64_t v) {
  return static_cast<uint64_t>(v) << 1 ^ static_cast<uint64_t>(v >> 63);
}

class Encoder {
 public:
  explicit Encoder(std::string_view text) : text_(text) {}

  // Messages of this format nest five deep at most.
  base::Status Encode(std::string_view type, int depth, std::string* out) {
    constexpr int kMaxDepth = 8;
    if (depth > kMaxDepth) return Error("nested too deeply");
    for (;;) {
      const std::string_view name = Word();
      if (name.empty() || name == ">") return {};
      const WireMessage& message = Schema().at(type);
      const auto at = message.find(name);
      if (at == message.end()) return Error(base::Concat({"no field ", name, " in ", type}));
      VEDETTE_RETURN_IF_ERROR(EncodeField(at->second, depth, out));
    }
  }

 private:
  base::Status EncodeField(const WireField& field, int depth, std::string* out) {
    std::string_view value = Word();
    const auto tag = [&field, out](uint64_t wire) { AppendVarint(field.number << 3 | wire, out); };
    switch (field.coding) {
      case Coding::kMessage: {
        if (value != "<") return Error("expected <");
        std::string inner;
        VEDETTE_RETURN_IF_ERROR(Encode(field.message, depth + 1, &inner));
        tag(2);
        AppendVarint(inner.size(), out);
        *out += inner;
        return {};
      }
      case Coding::kText:
        if (value.size() < 2) return Error("expected a text");
        value = value.substr(1, value.size() - 2);
        tag(2);
        AppendVarint(value.size(), out);
        *out += value;
        return {};
      case Coding::kDouble:
        tag(1);
        AppendDouble(base::ParseDouble(value).value_or(0), out);
        return {};
      case Coding::kZigZag:
        tag(0);
        AppendVarint(ZigZag(base::ParseInt(value).value_or(0)), out);
        return {};
      case Coding::kVarint:
        tag(0);
        AppendVarint(static_cast<uint64_t>(Integer(value)), out);
        return {};
    }
    return {};
  }

  // A number, or the name of a type.
  static int64_t Integer(std::string_view text) {
    constexpr std::array<std::string_view, 6> kTypes = {"COUNTER", "GAUGE",     "SUMMARY",
                                                        "UNTYPED", "HISTOGRAM", "GAUGE_HISTOGRAM"};
    for (size_t i = 0; i < kTypes.size(); ++i) {
      if (kTypes[i] == text) return static_cast<int64_t>(i);
    }
    return base::ParseInt(text).value_or(0);
  }

  // The next word: a name without its colon, a bracket, a number, a text with its quotes.
  std::string_view Word() {
    constexpr std::string_view kBlanks = " \t\n:";
    at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
    const size_t start = at_;
    if (at_ == text_.size()) return {};
    if (text_[at_] == '"') {
      at_ = std::min(text_.find('"', at_ + 1), text_.size() - 1) + 1;
    } else if (text_[at_] == '<' || text_[at_] == '>') {
      ++at_;
    } else {
      at_ = std::min(text_.find_first_of(" \t\n:<>", at_), text_.size());
    }
    return text_.substr(start, at_ - start);
  }

  base::Status Error(std::string_view what) const {
    return base::InvalidArgument(base::Concat({"byte ", std::to_string(at_), ": ", what}));
  }

  const std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

base::StatusOr<std::string> EncodeMetricFamily(std::string_view textproto) {
  std::string out;
  VEDETTE_RETURN_IF_ERROR(Encoder(textproto).Encode("MetricFamily", 0, &out));
  return out;
}

base::StatusOr<std::string> EncodeDelimitedFamily(std::string_view textproto) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string family, EncodeMetricFamily(textproto));
  std::string out;
  AppendVarint(family.size(), &out);
  return out + family;
}

}  // namespace vedette::test
