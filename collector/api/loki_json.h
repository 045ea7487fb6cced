#ifndef VEDETTE_COLLECTOR_API_LOKI_JSON_H_
#define VEDETTE_COLLECTOR_API_LOKI_JSON_H_

#include <string>
#include <string_view>

#include "collector/logql/result.h"

namespace vedette::api {

// How the caller wants a log reply (X-Loki-Response-Encoding-Flags).
struct LokiEncoding {
  std::string flags;        // the header as sent, echoed; empty without one
  bool categorize = false;  // metadata and parsed labels beside each line, not in the stream
};
LokiEncoding ParseLokiEncoding(std::string_view header);

// The whole body: {"status":"success","data":{"resultType":...,"result":[...],"stats":{...}}}
std::string LokiReply(const logql::Result& result, const LokiEncoding& encoding,
                      double exec_seconds);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_LOKI_JSON_H_
