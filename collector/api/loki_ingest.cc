#include "collector/api/loki_ingest.h"

#include <optional>
#include <string>

#include "base/strings.h"
#include "collector/api/loki_params.h"
#include "model/log_level.h"

namespace vedette::api {
namespace {

using base::http::Response;

constexpr std::string_view kServiceLabels[] = {"service",
                                               "app",
                                               "application",
                                               "app_name",
                                               "name",
                                               "app_kubernetes_io_name",
                                               "container",
                                               "container_name",
                                               "k8s_container_name",
                                               "component",
                                               "workload",
                                               "job",
                                               "k8s_job_name"};

model::Labels WithServiceName(const model::Labels& labels) {
  if (labels.Has("service_name")) return labels;
  std::string_view service = "unknown_service";
  for (const std::string_view name : kServiceLabels) {
    if (!labels.Has(name)) continue;
    service = labels.Get(name);
    break;
  }
  return model::LabelsBuilder(labels).Set("service_name", service).Build();
}

constexpr std::string_view kLevelLabel = "detected_level";

// Gives the entries of one stream their level: in the canonical spelling where the sender names
// one, else by Loki's rule, else `default_level`. Borrows what it is given.
class LevelSetter {
 public:
  LevelSetter(const model::Labels& stream, std::string_view default_level)
      : stream_level_(model::LevelOfLabels(stream)), default_level_(default_level) {}

  void Set(model::LogEntry* entry) {
    if (last_ && last_->is_told && last_->before == entry->metadata) {
      entry->metadata = last_->after;
      return;
    }
    std::string_view level;
    bool is_told = true;
    if (const std::string_view given = entry->metadata.Get(kLevelLabel); !given.empty()) {
      level = model::NormaliseLevel(given);
      if (level.empty() || level == given) return;
    } else {
      level = stream_level_.empty() ? model::LevelOfLabels(entry->metadata) : stream_level_;
      is_told = !level.empty();
      static const model::Labels kNone;
      if (!is_told) level = model::DetectLevel(kNone, *entry);
    }
    entry->metadata = With(entry->metadata, level.empty() ? default_level_ : level);
    last_->is_told = is_told;
  }

 private:
  // Mostly what the entry before got.
  const model::Labels& With(const model::Labels& metadata, std::string_view level) {
    if (!last_ || last_->before != metadata || last_->level != level) {
      last_ = {metadata, std::string(level),
               model::LabelsBuilder(metadata).Set(kLevelLabel, level).Build()};
    }
    return last_->after;
  }

  struct Made {
    model::Labels before;
    std::string level;
    model::Labels after;
    bool is_told = false;  // by `before` and the stream, whatever the line says
  };
  const std::string_view stream_level_;
  const std::string_view default_level_;
  std::optional<Made> last_;
};

// What Loki adds at ingest. A stream that has its level as a label is our shipper's: complete.
void Complete(std::string_view default_level, model::LogStream* stream) {
  stream->labels = WithServiceName(stream->labels);
  if (stream->labels.Has(kLevelLabel)) return;
  LevelSetter setter(stream->labels, default_level);
  for (model::LogEntry& entry : stream->entries) setter.Set(&entry);
}

}  // namespace

std::span<const std::string_view> LokiServiceLabels() { return kServiceLabels; }

void CompletePush(std::string_view default_level, model::LogPush* push) {
  for (model::LogStream& stream : push->streams) Complete(default_level, &stream);
}

Response LokiPushReply(const base::Status& status) {
  if (status.ok()) {
    Response response;
    response.status = 204;
    return response;
  }
  const std::string text = base::Concat({base::Message(status), "\n"});
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
      return LokiFailure(400, text);
    case absl::StatusCode::kResourceExhausted:
      return LokiFailure(429, text);
    default:
      return LokiFailure(503, text);
  }
}

}  // namespace vedette::api
