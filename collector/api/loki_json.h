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

// One line of a stream's "values": [time, line], with what it has beside them if `categorize`.
void WriteLokiLine(const logql::ResultLine& line, bool categorize, base::JsonWriter* json);
// The list of streams of an answer or a frame: a value.
void WriteLokiStreams(const logql::Lines& lines, bool categorize, base::JsonWriter* json);
// The member "encodingFlags", where there are any.
void WriteEncodingFlags(const LokiEncoding& encoding, base::JsonWriter* json);

// The member "stats" of an answer's data. What it says of Loki's chunks and caches is zero.
void WriteLokiStats(const logql::QueryStats& stats, uint64_t entries, double seconds,
                    base::JsonWriter* json);
// The same where the answer is written piece by piece: "stats":{…}, no comma before it.
void AppendLokiStats(const logql::QueryStats& stats, uint64_t entries, double seconds,
                     std::string* out);

// "streams", "vector", "matrix" or "scalar".
std::string_view LokiResultType(const logql::Result& result);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_LOKI_JSON_H_
