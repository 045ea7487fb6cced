#ifndef VEDETTE_MODEL_LOG_PUSH_BUILDER_H_
#define VEDETTE_MODEL_LOG_PUSH_BUILDER_H_

#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/log_push.h"

namespace vedette::model {

// What the protobuf and the JSON decoder share: collects streams and entries and holds them to the
// limits. After an error the push is void.
class LogPushBuilder {
 public:
  using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

  explicit LogPushBuilder(const LogPushLimits& limits) : limits_(limits) {}

  base::Status BeginStream(Labels labels);
  // To be asked while pairs are still being read.
  base::Status CheckMetadataCount(size_t pairs) const;
  base::Status AddEntry(int64_t timestamp_ns, std::string_view line, Pairs metadata);
  LogPush Take() { return std::move(push_); }

 private:
  base::Status InStream(const base::Status& status) const;

  const LogPushLimits& limits_;
  LogPush push_;
  uint64_t entries_ = 0;
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_LOG_PUSH_BUILDER_H_
