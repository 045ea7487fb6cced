#include "model/log_push_builder.h"

#include <algorithm>
#include <string>

#include "base/strings.h"

namespace vedette::model {
namespace {

base::Status Over(std::string_view what, uint64_t limit) {
  return base::ResourceExhausted(base::Concat({what, " than ", std::to_string(limit)}));
}

base::StatusOr<Labels> BuildMetadata(LogPushBuilder::Pairs pairs) {
  std::sort(pairs.begin(), pairs.end());
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto& [name, value] = pairs[i];
    if (name.empty()) return base::InvalidArgument("structured metadata without a name");
    if (!base::IsValidUtf8(name) || !base::IsValidUtf8(value)) {
      return base::InvalidArgument(
          base::Concat({"structured metadata ", base::GoQuote(name), " is not valid UTF-8"}));
    }
    if (i > 0 && pairs[i - 1].first == name) {
      return base::InvalidArgument(
          base::Concat({"structured metadata name ", base::GoQuote(name), " is not unique"}));
    }
  }
  return Labels::FromViews(std::move(pairs));
}

}  // namespace

base::Status LogPushBuilder::BeginStream(Labels labels) {
  if (labels.empty()) {
    return base::InvalidArgument("error at least one label pair is required per stream");
  }
  push_.streams.push_back({std::move(labels), {}});
  const Labels& stream = push_.streams.back().labels;
  if (stream.size() > limits_.max_labels) {
    return InStream(Over("has more labels", limits_.max_labels));
  }
  for (const LabelView& label : stream) {
    if (label.name.size() > limits_.max_name_bytes) {
      return InStream(Over("has a longer label name", limits_.max_name_bytes));
    }
    if (label.value.size() > limits_.max_value_bytes) {
      return InStream(Over("has a longer label value", limits_.max_value_bytes));
    }
  }
  return {};
}

base::Status LogPushBuilder::CheckMetadataCount(size_t pairs) const {
  if (pairs <= limits_.max_metadata) return {};
  return InStream(Over("has an entry with more structured metadata", limits_.max_metadata));
}

base::Status LogPushBuilder::AddEntry(int64_t timestamp_ns, std::string_view line, Pairs metadata) {
  if (entries_ == limits_.max_entries) return Over("request has more entries", entries_);
  if (line.size() > limits_.max_line_bytes) {
    return InStream(Over("has a longer line", limits_.max_line_bytes));
  }
  size_t bytes = 0;
  for (const auto& [name, value] : metadata) bytes += name.size() + value.size();
  if (bytes > limits_.max_metadata_bytes) {
    return InStream(Over("has more bytes of structured metadata", limits_.max_metadata_bytes));
  }
  auto labels = BuildMetadata(std::move(metadata));
  if (!labels.ok()) return InStream(labels.status());
  push_.streams.back().entries.push_back({timestamp_ns, std::string(line), *std::move(labels)});
  ++entries_;
  return {};
}

base::Status LogPushBuilder::InStream(const base::Status& status) const {
  const LogStream& stream = push_.streams.back();
  return base::Annotate(status, base::Concat({"stream ", stream.labels.ToString().substr(0, 512),
                                              ", entry ", std::to_string(stream.entries.size())}));
}

}  // namespace vedette::model
