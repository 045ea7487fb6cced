#ifndef VEDETTE_MODEL_WIRE_BATCH_BUILDER_H_
#define VEDETTE_MODEL_WIRE_BATCH_BUILDER_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "model/wire_batch.h"
#include "model/wire_reader.h"

namespace vedette::model {

// Fills a WireBatch: what the parsers of both versions share. Internal to model; on the stack of
// one parse.
class WireBatchBuilder {
 public:
  // `protobuf` is the whole request; `version` ("1.0") is for messages.
  WireBatchBuilder(std::string_view protobuf, std::string_view version,
                   const RemoteWriteLimits& limits, bool is_v2)
      : protobuf_(protobuf), version_(version), batch_(limits, is_v2) {
    // A scrape's series with one sample each take about this many bytes and never grow the arrays.
    constexpr size_t kBytesOfSeries = 100;
    batch_.series_.reserve(protobuf.size() / kBytesOfSeries + 2);
    batch_.samples_.reserve(protobuf.size() / kBytesOfSeries + 1);
  }

  // Each reads what follows its field's tag.
  base::Status AddSample(wire::Reader* reader) {
    std::string_view message;
    int64_t start_ms = 0;
    if (Full(batch_.samples_.size())) return TooMany("samples");
    WireSample& sample = batch_.samples_.emplace_back();
    if (!reader->ReadBytes(&message) || !ReadSample(message, &sample, &start_ms)) {
      return Malformed(reader->at(), "a sample");
    }
    if (start_ms != 0 || !batch_.starts_.empty()) SetStart(start_ms);
    return {};
  }
  base::Status AddHistogram(wire::Reader* reader) {
    return AddMessage(reader, "native histogram", &batch_.histograms_);
  }
  base::Status AddExemplar(wire::Reader* reader) {
    return AddMessage(reader, "exemplar", &batch_.exemplars_);
  }
  base::Status AddSymbol(wire::Reader* reader) {
    return AddMessage(reader, "symbol", &batch_.symbols_);
  }
  // Of the series under way, where that matters.
  base::Status AddMetadata(wire::Reader* reader);
  base::Status AddCreated(wire::Reader* reader);
  base::Status Skip(wire::Reader* reader);

  // Protobuf lets fields come in any order and number: what makes up the labels is put together.
  std::string_view Gather(std::string_view labels, std::string_view more);

  // Ends the series under way; one that brought nothing is forgotten.
  void EndSeries(std::string_view labels);

  base::Status Malformed(const char* at, std::string_view what) const;
  WireBatch Take() { return std::move(batch_); }

 private:
  static bool ReadSample(std::string_view message, WireSample* sample, int64_t* start_ms);
  bool Full(size_t count) const { return count >= batch_.limits_.max_samples; }
  base::Status TooMany(std::string_view what) const;
  base::Status AddMessage(wire::Reader* reader, std::string_view what,
                          std::vector<std::string_view>* to);
  // Of the sample added last.
  void SetStart(int64_t start_ms);
  void SpreadCreated(const WireBatch::Series& series, int64_t created_ms);

  const std::string_view protobuf_;
  const std::string_view version_;
  WireBatch batch_;
  int64_t created_ms_ = 0;  // of the series under way
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_WIRE_BATCH_BUILDER_H_
