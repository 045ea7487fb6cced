#include "model/remote_write.h"

#include <string_view>

#include <protozero/pbf_writer.hpp>

#include "base/strings.h"
#include "model/metadata_wire.h"
#include "model/wire_fields.h"

namespace vedette::model {
namespace {

using protozero::pbf_writer;

void AddBytes(uint32_t tag, std::string_view text, pbf_writer* out) {
  out->add_bytes(tag, text.data(), text.size());
}

void AddLabels(uint32_t tag, const Labels& labels, pbf_writer* out) {
  for (const LabelView& label : labels) {
    pbf_writer pair(*out, tag);
    AddBytes(v1::kLabelName, label.name, &pair);
    AddBytes(v1::kLabelValue, label.value, &pair);
  }
}

void EncodeSample(uint32_t tag, const WireSample& sample, int64_t start_ms, pbf_writer* out) {
  pbf_writer message(*out, tag);
  message.add_double(v1::kSampleValue, sample.value);
  message.add_int64(v1::kSampleTimestamp, sample.time_ms);
  if (start_ms != 0) message.add_int64(v2::kSampleStart, start_ms);
}

void EncodeSeriesV1(const WireSeries& series, pbf_writer* request) {
  pbf_writer message(*request, v1::kTimeSeries);
  AddLabels(v1::kSeriesLabels, series.labels, &message);
  for (const WireSample& sample : series.samples) {
    EncodeSample(v1::kSeriesSamples, sample, 0, &message);
  }
  for (const Exemplar& exemplar : series.exemplars) {
    pbf_writer one(message, v1::kSeriesExemplars);
    AddLabels(v1::kExemplarLabels, exemplar.labels, &one);
    one.add_double(v1::kExemplarValue, exemplar.value);
    one.add_int64(v1::kExemplarTimestamp, exemplar.time_ms);
  }
  for (const TimedHistogram& histogram : series.histograms) {
    AddBytes(v1::kSeriesHistograms, EncodeHistogram(histogram), &message);
  }
}

void EncodeMetadataV1(std::string_view family, const Metadata& metadata, pbf_writer* request) {
  pbf_writer message(*request, v1::kMetadata);
  message.add_enum(v1::kMetadataType, static_cast<int32_t>(wire::TypeNumber(metadata.type)));
  AddBytes(v1::kMetadataFamily, family, &message);
  AddBytes(v1::kMetadataHelp, metadata.help, &message);
  AddBytes(v1::kMetadataUnit, metadata.unit, &message);
}

// The texts of a request, each once, numbered from the empty one on.
class Symbols {
 public:
  Symbols() { Ref(""); }
  uint32_t Ref(std::string_view text) {
    if (const auto known = refs_.find(text); known != refs_.end()) return known->second;
    const auto number = static_cast<uint32_t>(texts_.size());
    texts_.emplace_back(text);
    refs_.emplace(texts_.back(), number);
    return number;
  }
  std::vector<uint32_t> Refs(const Labels& labels) {
    std::vector<uint32_t> refs;
    for (const LabelView& label : labels) {
      refs.push_back(Ref(label.name));
      refs.push_back(Ref(label.value));
    }
    return refs;
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  base::StringMap<uint32_t> refs_;
  std::vector<std::string> texts_;
};

void AddRefs(uint32_t tag, const std::vector<uint32_t>& refs, pbf_writer* out) {
  out->add_packed_uint32(tag, refs.begin(), refs.end());
}

void EncodeSeriesV2(const WireSeries& series, Symbols* symbols, pbf_writer* request) {
  pbf_writer message(*request, v2::kTimeSeries);
  AddRefs(v2::kSeriesLabelsRefs, symbols->Refs(series.labels), &message);
  for (size_t i = 0; i < series.samples.size(); ++i) {
    EncodeSample(v2::kSeriesSamples, series.samples[i],
                 series.starts_ms.empty() ? 0 : series.starts_ms[i], &message);
  }
  for (const TimedHistogram& histogram : series.histograms) {
    AddBytes(v2::kSeriesHistograms, EncodeHistogram(histogram), &message);
  }
  for (const Exemplar& exemplar : series.exemplars) {
    pbf_writer one(message, v2::kSeriesExemplars);
    AddRefs(v2::kExemplarLabelsRefs, symbols->Refs(exemplar.labels), &one);
    one.add_double(v2::kExemplarValue, exemplar.value);
    one.add_int64(v2::kExemplarTimestamp, exemplar.time_ms);
  }
  if (series.metadata.type.empty()) return;
  pbf_writer metadata(message, v2::kSeriesMetadata);
  metadata.add_enum(v2::kMetadataType,
                    static_cast<int32_t>(wire::TypeNumber(series.metadata.type)));
  metadata.add_uint32(v2::kMetadataHelpRef, symbols->Ref(series.metadata.help));
  metadata.add_uint32(v2::kMetadataUnitRef, symbols->Ref(series.metadata.unit));
}

}  // namespace

std::string EncodeRemoteWriteV1(std::span<const WireSeries> series) {
  std::string out;
  pbf_writer request(out);
  for (const WireSeries& one : series) EncodeSeriesV1(one, &request);
  for (const WireSeries& one : series) {
    if (one.metadata.type.empty()) continue;
    EncodeMetadataV1(one.labels.MetricName(), one.metadata, &request);
  }
  return out;
}

std::string EncodeRemoteWriteV2(std::span<const WireSeries> series) {
  Symbols symbols;
  std::string body;
  pbf_writer body_writer(body);
  for (const WireSeries& one : series) EncodeSeriesV2(one, &symbols, &body_writer);
  std::string out;
  pbf_writer request(out);
  for (const std::string& text : symbols.texts()) AddBytes(v2::kSymbols, text, &request);
  return out + body;
}

std::string EncodeRemoteWrite(std::span<const SeriesSamples> series) {
  std::vector<WireSeries> out;
  for (const SeriesSamples& one : series) {
    WireSeries& to = out.emplace_back();
    to.labels = one.labels;
    for (size_t i = 0; i < one.values.size(); ++i) {
      to.samples.push_back({one.timestamps_ms[i], one.values[i]});
    }
  }
  return EncodeRemoteWriteV1(out);
}

}  // namespace vedette::model
