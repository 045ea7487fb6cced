#include "model/wire_batch_builder.h"
#include "model/wire_fields.h"

namespace vedette::model {
namespace {

using wire::Reader;

// References come packed, or each as a field of its own.
bool ReadRefs(Reader* reader, std::string_view* refs) {
  if (reader->Take(BytesTag(v2::kSeriesLabelsRefs))) return reader->ReadBytes(refs);
  reader->Take(VarintTag(v2::kSeriesLabelsRefs));
  const char* const begin = reader->at();
  uint64_t ref = 0;
  if (!reader->ReadVarint(&ref)) return false;
  *refs = {begin, static_cast<size_t>(reader->at() - begin)};
  return true;
}

bool IsRefs(uint8_t tag) {
  return tag == BytesTag(v2::kSeriesLabelsRefs) || tag == VarintTag(v2::kSeriesLabelsRefs);
}

base::Status ParseField(Reader* reader, WireBatchBuilder* batch) {
  if (reader->Take(BytesTag(v2::kSeriesSamples))) return batch->AddSample(reader);
  if (reader->Take(BytesTag(v2::kSeriesHistograms))) return batch->AddHistogram(reader);
  if (reader->Take(BytesTag(v2::kSeriesExemplars))) return batch->AddExemplar(reader);
  if (reader->Take(BytesTag(v2::kSeriesMetadata))) return batch->AddMetadata(reader);
  if (reader->Take(VarintTag(v2::kSeriesCreated))) return batch->AddCreated(reader);
  return batch->Skip(reader);
}

base::Status ParseSeriesV2(std::string_view message, WireBatchBuilder* batch) {
  Reader reader(message);
  std::string_view labels;
  while (!reader.done()) {
    const char* const field = reader.at();
    if (!IsRefs(static_cast<uint8_t>(*field))) {
      VEDETTE_RETURN_IF_ERROR(ParseField(&reader, batch));
      continue;
    }
    std::string_view refs;
    if (!ReadRefs(&reader, &refs)) return batch->Malformed(field, "a list of label references");
    labels = labels.empty() ? refs : batch->Gather(labels, refs);
  }
  batch->EndSeries(labels);
  return {};
}

}  // namespace

base::StatusOr<WireBatch> WireBatch::ParseV2(std::string_view protobuf,
                                             const RemoteWriteLimits& limits) {
  WireBatchBuilder batch(protobuf, "2.0", limits, true);
  Reader reader(protobuf);
  while (!reader.done()) {
    const char* const field = reader.at();
    std::string_view message;
    if (reader.Take(BytesTag(v2::kTimeSeries))) {
      if (!reader.ReadBytes(&message)) return batch.Malformed(field, "a series");
      VEDETTE_RETURN_IF_ERROR(ParseSeriesV2(message, &batch));
    } else if (reader.Take(BytesTag(v2::kSymbols))) {
      VEDETTE_RETURN_IF_ERROR(batch.AddSymbol(&reader));
    } else {
      VEDETTE_RETURN_IF_ERROR(batch.Skip(&reader));
    }
  }
  return batch.Take();
}

}  // namespace vedette::model
