#include "collector/api/loki_json.h"

#include <algorithm>
#include <vector>

#include "base/json_writer.h"
#include "base/strings.h"
#include "collector/api/prometheus_reply.h"

namespace vedette::api {
namespace {

using base::JsonWriter;

void WriteZeros(std::initializer_list<std::string_view> keys, JsonWriter* json) {
  for (const std::string_view key : keys) json->Key(key).Int(0);
}

uint64_t PerSecond(uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<uint64_t>(static_cast<double>(count) / seconds) : 0;
}

void WriteSummary(const logql::QueryStats& stats, uint64_t entries, double seconds,
                  JsonWriter* json) {
  json->Key("summary").BeginObject();
  json->Key("bytesProcessedPerSecond").Uint(PerSecond(stats.bytes_scanned, seconds));
  json->Key("linesProcessedPerSecond").Uint(PerSecond(stats.lines_scanned, seconds));
  json->Key("totalBytesProcessed").Uint(stats.bytes_scanned);
  json->Key("totalLinesProcessed").Uint(stats.lines_scanned);
  json->Key("execTime").Double(seconds);
  WriteZeros({"queueTime", "subqueries"}, json);
  json->Key("totalEntriesReturned").Uint(entries);
  json->Key("splits").Int(0).Key("shards").Int(1);
  json->Key("totalPostFilterLines").Uint(stats.lines_kept);
  json->Key("totalStructuredMetadataBytesProcessed").Int(0).EndObject();
}

// What Loki says of its chunk stores: clients print it, here it is zero.
void WriteStore(JsonWriter* json) {
  json->Key("store").BeginObject();
  WriteZeros({"totalChunksRef", "totalChunksDownloaded", "chunksDownloadTime"}, json);
  json->Key("queryReferencedStructuredMetadata").Bool(false);
  json->Key("chunk").BeginObject();
  WriteZeros({"headChunkBytes", "headChunkLines", "decompressedBytes", "decompressedLines",
              "compressedBytes", "totalDuplicates", "postFilterLines",
              "headChunkStructuredMetadataBytes", "decompressedStructuredMetadataBytes"},
             json);
  json->EndObject();
  WriteZeros({"chunkRefsFetchTime", "congestionControlLatency", "pipelineWrapperFilteredLines"},
             json);
  json->EndObject();
}

void WriteCaches(JsonWriter* json) {
  json->Key("cache").BeginObject();
  for (const std::string_view cache : {"chunk", "index", "result", "statsResult", "volumeResult",
                                       "seriesResult", "labelResult", "instantMetricResult"}) {
    json->Key(cache).BeginObject();
    WriteZeros({"entriesFound", "entriesRequested", "entriesStored", "bytesReceived", "bytesSent",
                "requests", "downloadTime", "queryLengthServed"},
               json);
    json->EndObject();
  }
  json->EndObject();
}

}  // namespace

void WriteLokiLine(const logql::ResultLine& line, bool categorize, base::JsonWriter* json) {
  json->BeginArray().String(std::to_string(line.timestamp_ns)).String(line.line);
  if (categorize) {
    json->BeginObject();
    if (!line.metadata.empty()) {
      json->Key("structuredMetadata");
      WriteLabels(line.metadata, json);
    }
    if (!line.parsed.empty()) {
      json->Key("parsed");
      WritePairs(line.parsed, json);
    }
    json->EndObject();
  }
  json->EndArray();
}

void WriteLokiStreams(const logql::Lines& lines, bool categorize, JsonWriter* json) {
  const std::vector<logql::LineGroup> groups =
      categorize ? logql::GroupByStream(lines) : logql::GroupFolded(lines);
  json->BeginArray();
  for (const logql::LineGroup& group : groups) {
    json->BeginObject().Key("stream");
    WritePairs(group.labels, json);
    json->Key("values").BeginArray();
    for (const size_t index : group.lines) WriteLokiLine(lines[index], categorize, json);
    json->EndArray().EndObject();
  }
  json->EndArray();
}

void WriteEncodingFlags(const LokiEncoding& encoding, JsonWriter* json) {
  if (encoding.flags.empty()) return;
  json->Key("encodingFlags").BeginArray();
  for (const std::string_view flag : base::Split(encoding.flags, ',')) json->String(flag);
  json->EndArray();
}

void WriteLokiStats(const logql::QueryStats& stats, uint64_t entries, double seconds,
                    JsonWriter* json) {
  json->Key("stats").BeginObject();
  WriteSummary(stats, entries, seconds, json);
  json->Key("querier").BeginObject();
  WriteStore(json);
  json->EndObject().Key("ingester").BeginObject();
  WriteZeros({"totalReached", "totalChunksMatched", "totalBatches", "totalLinesSent"}, json);
  WriteStore(json);
  json->EndObject();
  WriteCaches(json);
  json->Key("index").BeginObject();
  WriteZeros({"totalChunks", "postFilterChunks", "shardsDuration"}, json);
  json->EndObject().EndObject();
}

std::string_view LokiResultType(const logql::Result& result) {
  constexpr std::string_view kNames[] = {"streams", "vector", "matrix", "scalar"};
  return kNames[result.value.index()];
}

void AppendLokiStats(const logql::QueryStats& stats, uint64_t entries, double seconds,
                     std::string* out) {
  std::string object;
  JsonWriter json(&object);
  json.BeginObject();
  WriteLokiStats(stats, entries, seconds, &json);
  json.EndObject();
  out->append(object, 1, object.size() - 2);
}

LokiEncoding ParseLokiEncoding(std::string_view header) {
  LokiEncoding encoding;
  encoding.flags = header;
  const std::vector<std::string_view> flags = base::Split(header, ',');
  encoding.categorize = std::find(flags.begin(), flags.end(), "categorize-labels") != flags.end();
  return encoding;
}

}  // namespace vedette::api
