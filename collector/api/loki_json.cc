#include "collector/api/loki_json.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "base/json_writer.h"
#include "base/number_text.h"
#include "base/strings.h"
#include "collector/api/prometheus_reply.h"

namespace vedette::api {
namespace {

using base::JsonWriter;

void WriteSample(int64_t timestamp_ns, double value, JsonWriter* json) {
  std::string text = "[";
  base::AppendSeconds(timestamp_ns / 1'000'000, &text);
  text += ",\"";
  base::AppendFloatF(value, &text);
  text += "\"]";
  json->Raw(text);
}

void WriteLine(const logql::ResultLine& line, bool categorize, JsonWriter* json) {
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

void WriteVector(const logql::Vector& samples, JsonWriter* json) {
  json->BeginArray();
  for (const logql::VectorSample& sample : samples) {
    json->BeginObject().Key("metric");
    WriteLabels(sample.metric, json);
    json->Key("value");
    WriteSample(sample.timestamp_ns, sample.value, json);
    json->EndObject();
  }
  json->EndArray();
}

void WriteMatrix(const logql::Matrix& matrix, JsonWriter* json) {
  json->BeginArray();
  for (const logql::MatrixSeries& series : matrix) {
    json->BeginObject().Key("metric");
    WriteLabels(series.metric, json);
    json->Key("values").BeginArray();
    for (size_t i = 0; i < series.values.size(); ++i) {
      WriteSample(series.timestamps_ns[i], series.values[i], json);
    }
    json->EndArray().EndObject();
  }
  json->EndArray();
}

uint64_t EntriesOf(const logql::Result& result) {
  if (const auto* lines = std::get_if<logql::Lines>(&result.value)) return lines->size();
  if (const auto* vector = std::get_if<logql::Vector>(&result.value)) return vector->size();
  if (const auto* matrix = std::get_if<logql::Matrix>(&result.value)) return matrix->size();
  return 1;
}

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

void WriteResult(const logql::Result& result, bool categorize, JsonWriter* json) {
  if (const auto* lines = std::get_if<logql::Lines>(&result.value)) {
    WriteLokiStreams(*lines, categorize, json);
  } else if (const auto* vector = std::get_if<logql::Vector>(&result.value)) {
    WriteVector(*vector, json);
  } else if (const auto* matrix = std::get_if<logql::Matrix>(&result.value)) {
    WriteMatrix(*matrix, json);
  } else {
    const auto& scalar = std::get<logql::Scalar>(result.value);
    WriteSample(scalar.timestamp_ns, scalar.value, json);
  }
}

}  // namespace

void WriteLokiStreams(const logql::Lines& lines, bool categorize, JsonWriter* json) {
  const std::vector<logql::LineGroup> groups =
      categorize ? logql::GroupByStream(lines) : logql::GroupFolded(lines);
  json->BeginArray();
  for (const logql::LineGroup& group : groups) {
    json->BeginObject().Key("stream");
    WritePairs(group.labels, json);
    json->Key("values").BeginArray();
    for (const size_t index : group.lines) WriteLine(lines[index], categorize, json);
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

LokiEncoding ParseLokiEncoding(std::string_view header) {
  LokiEncoding encoding;
  encoding.flags = header;
  const std::vector<std::string_view> flags = base::Split(header, ',');
  encoding.categorize = std::find(flags.begin(), flags.end(), "categorize-labels") != flags.end();
  return encoding;
}

std::string LokiReply(const logql::Result& result, const LokiEncoding& encoding,
                      double exec_seconds) {
  std::string body;
  JsonWriter json(&body);
  json.BeginObject().Key("status").String("success").Key("data").BeginObject();
  json.Key("resultType").String(LokiResultType(result));
  WriteEncodingFlags(encoding, &json);
  json.Key("result");
  WriteResult(result, encoding.categorize, &json);
  WriteLokiStats(result.stats, EntriesOf(result), exec_seconds, &json);
  json.EndObject().EndObject();
  return body;
}

}  // namespace vedette::api
