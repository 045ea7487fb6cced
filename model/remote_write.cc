#include "model/remote_write.h"

#include <algorithm>
#include <array>
#include <exception>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "base/strings.h"
#include "model/protobuf_field.h"

namespace vedette::model {
namespace {

using protozero::pbf_reader;
using protozero::pbf_writer;
using wire::kBytes;
using wire::kFixed64;
using wire::kVarint;
using wire::TagAndType;
using wire::ToStd;

namespace field {
constexpr uint32_t kTimeSeries = 1;
constexpr uint32_t kMetadata = 3;
constexpr uint32_t kSeriesLabels = 1;
constexpr uint32_t kSeriesSamples = 2;
constexpr uint32_t kSeriesExemplars = 3;
constexpr uint32_t kSeriesHistograms = 4;
constexpr uint32_t kLabelName = 1;
constexpr uint32_t kLabelValue = 2;
constexpr uint32_t kSampleValue = 1;
constexpr uint32_t kSampleTimestamp = 2;
constexpr uint32_t kMetadataType = 1;
constexpr uint32_t kMetadataName = 2;
constexpr uint32_t kMetadataHelp = 4;
constexpr uint32_t kMetadataUnit = 5;
}  // namespace field

// By the numbers of MetricMetadata.MetricType.
constexpr std::array<std::string_view, 8> kTypes = {
    "unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"};

class Decoder {
 public:
  explicit Decoder(const RemoteWriteLimits& limits) : limits_(limits) {}

  base::Status Decode(std::string_view protobuf) {
    pbf_reader request(protobuf.data(), protobuf.size());
    while (request.next()) {
      switch (request.tag_and_type()) {
        case TagAndType(field::kTimeSeries, kBytes):
          VEDETTE_RETURN_IF_ERROR(DecodeSeries(request.get_message()));
          break;
        case TagAndType(field::kMetadata, kBytes):
          DecodeMetadata(request.get_message());
          break;
        default:
          request.skip();
      }
    }
    return {};
  }

  RemoteWriteRequest Take() { return std::move(request_); }

 private:
  base::Status DecodeSeries(pbf_reader series) {
    pairs_.clear();
    const size_t first_row = request_.rows.size();
    while (series.next()) {
      switch (series.tag_and_type()) {
        case TagAndType(field::kSeriesLabels, kBytes):
          VEDETTE_RETURN_IF_ERROR(DecodeLabel(series.get_message()));
          break;
        case TagAndType(field::kSeriesSamples, kBytes):
          VEDETTE_RETURN_IF_ERROR(DecodeSample(series.get_message()));
          break;
        case TagAndType(field::kSeriesExemplars, kBytes):
          ++request_.exemplars_skipped;
          series.skip();
          break;
        case TagAndType(field::kSeriesHistograms, kBytes):
          ++request_.histograms_skipped;
          series.skip();
          break;
        default:
          series.skip();
      }
    }
    VEDETTE_ASSIGN_OR_RETURN(const Labels labels, BuildLabels());
    for (size_t i = first_row; i < request_.rows.size(); ++i) request_.rows[i].labels = labels;
    return {};
  }

  base::Status DecodeLabel(pbf_reader label) {
    std::string_view name;
    std::string_view value;
    while (label.next()) {
      switch (label.tag_and_type()) {
        case TagAndType(field::kLabelName, kBytes):
          name = ToStd(label.get_view());
          break;
        case TagAndType(field::kLabelValue, kBytes):
          value = ToStd(label.get_view());
          break;
        default:
          label.skip();
      }
    }
    if (pairs_.size() == limits_.max_labels) {
      return base::ResourceExhausted(
          base::Concat({"series has more than ", std::to_string(limits_.max_labels), " labels"}));
    }
    VEDETTE_RETURN_IF_ERROR(CheckLabel(name, value));
    pairs_.emplace_back(name, value);
    return {};
  }

  base::Status CheckLabel(std::string_view name, std::string_view value) const {
    if (name.empty()) return base::InvalidArgument("label without a name");
    if (name.size() > limits_.max_name_bytes || value.size() > limits_.max_value_bytes) {
      return base::ResourceExhausted(
          base::Concat({"label ", base::GoQuote(name.substr(0, 64)), " is longer than allowed (",
                        std::to_string(limits_.max_name_bytes), " bytes of name, ",
                        std::to_string(limits_.max_value_bytes), " of value)"}));
    }
    if (!base::IsValidUtf8(name) || !base::IsValidUtf8(value)) {
      return base::InvalidArgument(
          base::Concat({"label ", base::GoQuote(name), " is not valid UTF-8"}));
    }
    return {};
  }

  base::Status DecodeSample(pbf_reader message) {
    if (request_.rows.size() == limits_.max_samples) {
      return base::ResourceExhausted(base::Concat(
          {"request has more than ", std::to_string(limits_.max_samples), " samples"}));
    }
    SampleRow& row = request_.rows.emplace_back();
    while (message.next()) {
      switch (message.tag_and_type()) {
        case TagAndType(field::kSampleValue, kFixed64):
          row.value = message.get_double();
          break;
        case TagAndType(field::kSampleTimestamp, kVarint):
          row.timestamp_ms = message.get_int64();
          break;
        default:
          message.skip();
      }
    }
    return {};
  }

  base::StatusOr<Labels> BuildLabels() {
    std::sort(pairs_.begin(), pairs_.end());
    for (size_t i = 1; i < pairs_.size(); ++i) {
      if (pairs_[i].first != pairs_[i - 1].first) continue;
      return base::InvalidArgument(
          base::Concat({"label name ", base::GoQuote(pairs_[i].first), " is not unique in series ",
                        Labels::FromViews(pairs_).ToString()}));
    }
    Labels labels = Labels::FromViews(pairs_);
    if (labels.MetricName().empty()) {
      return base::InvalidArgument(
          base::Concat({"series without a metric name (__name__): ", labels.ToString()}));
    }
    return labels;
  }

  void DecodeMetadata(pbf_reader message) {
    auto& [name, metadata] = request_.metadata.emplace_back();
    metadata.type = kTypes[0];
    while (message.next()) {
      switch (message.tag_and_type()) {
        case TagAndType(field::kMetadataType, kVarint): {
          const auto type = static_cast<uint32_t>(message.get_enum());
          metadata.type = kTypes[type < kTypes.size() ? type : 0];
          break;
        }
        case TagAndType(field::kMetadataName, kBytes):
          name = base::RepairUtf8(ToStd(message.get_view()));
          break;
        case TagAndType(field::kMetadataHelp, kBytes):
          metadata.help = base::RepairUtf8(ToStd(message.get_view()));
          break;
        case TagAndType(field::kMetadataUnit, kBytes):
          metadata.unit = base::RepairUtf8(ToStd(message.get_view()));
          break;
        default:
          message.skip();
      }
    }
  }

  const RemoteWriteLimits& limits_;
  RemoteWriteRequest request_;
  std::vector<std::pair<std::string_view, std::string_view>> pairs_;  // of the current series
};

void EncodeSeries(const SeriesSamples& series, pbf_writer* request) {
  pbf_writer message(*request, field::kTimeSeries);
  for (const LabelView& label : series.labels) {
    pbf_writer pair(message, field::kSeriesLabels);
    pair.add_string(field::kLabelName, label.name.data(), label.name.size());
    pair.add_string(field::kLabelValue, label.value.data(), label.value.size());
  }
  for (size_t i = 0; i < series.values.size(); ++i) {
    pbf_writer sample(message, field::kSeriesSamples);
    sample.add_double(field::kSampleValue, series.values[i]);
    sample.add_int64(field::kSampleTimestamp, series.timestamps_ms[i]);
  }
}

void EncodeMetadata(const std::string& name, const Metadata& metadata, pbf_writer* request) {
  pbf_writer message(*request, field::kMetadata);
  const auto type = std::find(kTypes.begin(), kTypes.end(), metadata.type);
  const auto number = type == kTypes.end() ? 0 : type - kTypes.begin();
  message.add_enum(field::kMetadataType, static_cast<int32_t>(number));
  message.add_string(field::kMetadataName, name);
  message.add_string(field::kMetadataHelp, metadata.help);
  message.add_string(field::kMetadataUnit, metadata.unit);
}

}  // namespace

base::StatusOr<RemoteWriteRequest> DecodeRemoteWrite(std::string_view protobuf,
                                                     const RemoteWriteLimits& limits) {
  Decoder decoder(limits);
  try {
    VEDETTE_RETURN_IF_ERROR(decoder.Decode(protobuf));
  } catch (const protozero::exception& error) {
    return base::InvalidArgument(base::Concat({"not a remote write 1.0 request: ", error.what()}));
  }
  return decoder.Take();
}

std::string EncodeRemoteWrite(std::span<const SeriesSamples> series,
                              std::span<const std::pair<std::string, Metadata>> metadata) {
  std::string out;
  pbf_writer request(out);
  for (const SeriesSamples& one : series) EncodeSeries(one, &request);
  for (const auto& [name, one] : metadata) EncodeMetadata(name, one, &request);
  return out;
}

}  // namespace vedette::model
