#ifndef VEDETTE_MODEL_WIRE_FIELDS_H_
#define VEDETTE_MODEL_WIRE_FIELDS_H_

#include <cstdint>

// Field numbers of remote write and remote read. Internal to model and to who encodes these.

namespace vedette::model {

// Package prometheus: WriteRequest and what it holds.
namespace v1 {
inline constexpr uint32_t kTimeSeries = 1;
inline constexpr uint32_t kMetadata = 3;
inline constexpr uint32_t kSeriesLabels = 1;
inline constexpr uint32_t kSeriesSamples = 2;
inline constexpr uint32_t kSeriesExemplars = 3;
inline constexpr uint32_t kSeriesHistograms = 4;
inline constexpr uint32_t kLabelName = 1;
inline constexpr uint32_t kLabelValue = 2;
inline constexpr uint32_t kSampleValue = 1;
inline constexpr uint32_t kSampleTimestamp = 2;
inline constexpr uint32_t kExemplarLabels = 1;
inline constexpr uint32_t kExemplarValue = 2;
inline constexpr uint32_t kExemplarTimestamp = 3;
inline constexpr uint32_t kMetadataType = 1;
inline constexpr uint32_t kMetadataFamily = 2;
inline constexpr uint32_t kMetadataHelp = 4;
inline constexpr uint32_t kMetadataUnit = 5;
}  // namespace v1

// Package io.prometheus.write.v2: Request and what it holds.
namespace v2 {
inline constexpr uint32_t kSymbols = 4;
inline constexpr uint32_t kTimeSeries = 5;
inline constexpr uint32_t kSeriesLabelsRefs = 1;
inline constexpr uint32_t kSeriesSamples = 2;
inline constexpr uint32_t kSeriesHistograms = 3;
inline constexpr uint32_t kSeriesExemplars = 4;
inline constexpr uint32_t kSeriesMetadata = 5;
inline constexpr uint32_t kSeriesCreated = 6;  // up to 2.0-rc.3; later each sample has its own
inline constexpr uint32_t kSampleStart = 3;
inline constexpr uint32_t kExemplarLabelsRefs = 1;
inline constexpr uint32_t kExemplarValue = 2;
inline constexpr uint32_t kExemplarTimestamp = 3;
inline constexpr uint32_t kMetadataType = 1;
inline constexpr uint32_t kMetadataHelpRef = 3;
inline constexpr uint32_t kMetadataUnitRef = 4;
}  // namespace v2

// The byte that a field of a number below 16 begins with.
constexpr uint8_t VarintTag(uint32_t field) { return static_cast<uint8_t>(field << 3); }
constexpr uint8_t Fixed64Tag(uint32_t field) { return static_cast<uint8_t>(field << 3 | 1); }
constexpr uint8_t BytesTag(uint32_t field) { return static_cast<uint8_t>(field << 3 | 2); }

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_WIRE_FIELDS_H_
