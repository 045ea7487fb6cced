#ifndef VEDETTE_COLLECTOR_API_PROMETHEUS_REPLY_H_
#define VEDETTE_COLLECTOR_API_PROMETHEUS_REPLY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/message.h"
#include "base/json_writer.h"
#include "base/memory_pool.h"
#include "base/status.h"
#include "collector/api/views.h"
#include "model/labels.h"

// The envelope of Prometheus' HTTP API and the values inside it.

namespace vedette::api {

// {"status":"success","data":DATA}; `write_data` writes exactly one value.
base::http::Response Success(const std::function<void(base::JsonWriter*)>& write_data,
                             const std::vector<std::string>& warnings = {},
                             const std::vector<std::string>& infos = {});
base::http::Response SuccessStrings(std::vector<std::string> strings,
                                    std::vector<std::string> warnings = {},
                                    base::MemoryPool::Hold hold = {});
// 200 with a JSON body: whole where it fits into one piece, else made while it is sent.
base::http::Response Streamed(std::shared_ptr<base::http::BodySource> source);

// {"status":"error","errorType":TYPE,"error":MESSAGE}
base::http::Response Failure(int http_status, std::string_view type, std::string_view message);
base::http::Response BadData(std::string_view message);                          // 400
base::http::Response BadParameter(std::string_view name, std::string_view why);  // 400
// What a store or view could not do: 422 execution, 503 and so on by the status' code.
base::http::Response StorageFailure(const base::Status& status);

void WriteLabels(const model::Labels& labels, base::JsonWriter* json);
void WritePairs(const StringPairs& pairs, base::JsonWriter* json);  // an object
// ["a","b"]
void WriteStrings(const std::vector<std::string>& strings, base::JsonWriter* json);

inline constexpr std::string_view kTruncatedWarning = "results truncated due to limit";

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_PROMETHEUS_REPLY_H_
