#ifndef VEDETTE_COLLECTOR_API_LOKI_JSON_H_
#define VEDETTE_COLLECTOR_API_LOKI_JSON_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "collector/logql/result.h"

namespace vedette::api {

// How the caller wants a log reply (X-Loki-Response-Encoding-Flags).
struct LokiEncoding {
  std::string flags;        // the header as sent, echoed; empty without one
  bool categorize = false;  // metadata and parsed labels beside each line, not in the stream
};
LokiEncoding ParseLokiEncoding(std::string_view header);

// The list of streams of an answer or a frame: a value.
void WriteLokiStreams(const logql::Lines& lines, bool categorize, base::JsonWriter* json);
// The member "encodingFlags", where there are any.
void WriteEncodingFlags(const LokiEncoding& encoding, base::JsonWriter* json);

// The member "stats" of an answer's data. What it says of Loki's chunks and caches is zero.
void WriteLokiStats(const logql::QueryStats& stats, uint64_t entries, double seconds,
                    base::JsonWriter* json);

// "streams", "vector", "matrix" or "scalar".
std::string_view LokiResultType(const logql::Result& result);

// The whole body: {"status":"success","data":{"resultType":...,"result":[...],"stats":{...}}}
std::string LokiReply(const logql::Result& result, const LokiEncoding& encoding,
                      double exec_seconds);

// The whole body of a log query's answer in the shape of Loki's first API:
// {"streams":[{"labels":"{app=\"x\"}","entries":[{"ts":RFC3339,"line":...}]}],"stats":{...}}
std::string LokiLegacyReply(const logql::Lines& lines, const logql::QueryStats& stats,
                            double exec_seconds);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_LOKI_JSON_H_
