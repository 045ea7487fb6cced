#ifndef VEDETTE_MODEL_LOG_PUSH_BUILDER_H_
#define VEDETTE_MODEL_LOG_PUSH_BUILDER_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/log_push.h"

namespace vedette::model {

// What the decoders of pushes share: collects streams and entries and holds them to the limits.
// After an error the push is void. Given `refused`, a bad stream or entry is left out and told of
// there, and only too many entries are an error.
class LogPushBuilder {
 public:
  using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

  // `limits` and `refused` outlive the builder.
  explicit LogPushBuilder(const LogPushLimits& limits, LogPushRefusals* refused = nullptr)
      : limits_(limits), refused_(refused) {}

  // `labels` may be the error of reading them. `entries`: how many may follow, if that is known.
  base::Status BeginStream(base::StatusOr<Labels> labels, size_t entries = 0);
  // False: those read so far are too many already, more need not be kept.
  bool TakesMoreMetadata(size_t pairs) const { return pairs <= limits_.max_metadata; }
  base::Status AddEntry(int64_t timestamp_ns, std::string_view line, const Pairs& metadata);
  // An entry that cannot be read.
  base::Status Refuse(const base::Status& why);
  LogPush Take();

 private:
  base::Status CheckStream(const Labels& labels) const;
  base::Status CheckEntry(std::string_view line, const Pairs& metadata) const;
  base::Status RefuseEntry(const base::Status& why);
  base::Status InStream(const base::Status& status) const;
  // Mostly those of the entry before.
  base::StatusOr<Labels> MetadataOf(const Pairs& pairs);

  const LogPushLimits& limits_;
  LogPushRefusals* const refused_;
  LogPush push_;
  uint64_t streams_ = 0;
  uint64_t entries_ = 0;
  uint64_t bytes_ = 0;
  bool skipping_ = false;  // the stream is bad, and so is all that it holds
  // The pairs that metadata was made of last, and that.
  std::vector<std::pair<std::string, std::string>> last_pairs_;
  Labels last_metadata_;
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_LOG_PUSH_BUILDER_H_
