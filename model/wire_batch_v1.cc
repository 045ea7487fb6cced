#include "model/wire_batch_builder.h"
#include "model/wire_fields.h"

namespace vedette::model {
namespace {

using wire::Reader;

// As everyone writes it: labels, then samples, then what is rarer.
base::Status ParseSeriesV1(std::string_view message, WireBatchBuilder* batch) {
  Reader reader(message);
  std::string_view label;
  while (reader.Take(BytesTag(v1::kSeriesLabels))) {
    if (!reader.ReadBytes(&label)) return batch->Malformed(reader.at(), "a label");
  }
  std::string_view labels = message.substr(0, static_cast<size_t>(reader.at() - message.data()));
  while (!reader.done()) {
    const char* const field = reader.at();
    if (reader.Take(BytesTag(v1::kSeriesSamples))) {
      VEDETTE_RETURN_IF_ERROR(batch->AddSample(&reader));
    } else if (reader.Take(BytesTag(v1::kSeriesHistograms))) {
      VEDETTE_RETURN_IF_ERROR(batch->AddHistogram(&reader));
    } else if (reader.Take(BytesTag(v1::kSeriesExemplars))) {
      VEDETTE_RETURN_IF_ERROR(batch->AddExemplar(&reader));
    } else if (reader.Take(BytesTag(v1::kSeriesLabels))) {
      if (!reader.ReadBytes(&label)) return batch->Malformed(field, "a label");
      labels = batch->Gather(labels, {field, static_cast<size_t>(reader.at() - field)});
    } else {
      VEDETTE_RETURN_IF_ERROR(batch->Skip(&reader));
    }
  }
  batch->EndSeries(labels);
  return {};
}

}  // namespace

base::StatusOr<WireBatch> WireBatch::ParseV1(std::string_view protobuf,
                                             const RemoteWriteLimits& limits) {
  WireBatchBuilder batch(protobuf, "1.0", limits, false);
  Reader reader(protobuf);
  while (!reader.done()) {
    const char* const field = reader.at();
    std::string_view message;
    if (reader.Take(BytesTag(v1::kTimeSeries))) {
      if (!reader.ReadBytes(&message)) return batch.Malformed(field, "a series");
      VEDETTE_RETURN_IF_ERROR(ParseSeriesV1(message, &batch));
    } else if (reader.Take(BytesTag(v1::kMetadata))) {
      VEDETTE_RETURN_IF_ERROR(batch.AddMetadata(&reader));
    } else {
      VEDETTE_RETURN_IF_ERROR(batch.Skip(&reader));
    }
  }
  return batch.Take();
}

}  // namespace vedette::model
