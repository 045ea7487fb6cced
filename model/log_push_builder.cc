#include "model/log_push_builder.h"

#include <algorithm>
#include <string>

#include "base/strings.h"

namespace vedette::model {
namespace {

base::Status Over(std::string_view what, uint64_t limit) {
  return base::ResourceExhausted(base::Concat({what, " than ", std::to_string(limit)}));
}

// What an entry and a pair of its metadata take beside their bytes, about.
constexpr uint64_t kEntryCost = 64;
constexpr uint64_t kPairCost = 32;

size_t BytesOf(const LogPushBuilder::Pairs& metadata) {
  size_t bytes = 0;
  for (const auto& [name, value] : metadata) bytes += name.size() + value.size();
  return bytes;
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

base::Status LogPushBuilder::BeginStream(base::StatusOr<Labels> labels, size_t entries) {
  if (++streams_ > limits_.max_streams)
    return Over("request has more streams", limits_.max_streams);
  base::Status bad = labels.ok() ? CheckStream(*labels) : labels.status();
  skipping_ = !bad.ok();
  if (!skipping_) {
    push_.streams.push_back({*std::move(labels), {}});
    push_.streams.back().entries.reserve(std::min(entries, limits_.max_entries - entries_));
    return {};
  }
  if (refused_ == nullptr) return bad;
  if (refused_->first.empty()) refused_->first = base::Message(bad);
  return {};
}

base::Status LogPushBuilder::CheckStream(const Labels& labels) const {
  const auto bad = [&labels](std::string_view what, uint64_t limit) {
    return base::Annotate(Over(what, limit),
                          base::Concat({"stream ", labels.ToString().substr(0, 512)}));
  };
  if (labels.size() > limits_.max_labels) return bad("has more labels", limits_.max_labels);
  for (const LabelView& label : labels) {
    if (label.name.size() > limits_.max_name_bytes) {
      return bad("has a longer label name", limits_.max_name_bytes);
    }
    if (label.value.size() > limits_.max_value_bytes) {
      return bad("has a longer label value", limits_.max_value_bytes);
    }
  }
  return {};
}

base::StatusOr<Labels> LogPushBuilder::MetadataOf(const Pairs& pairs) {
  if (pairs.empty()) return Labels();
  const auto same = [](const auto& own, const auto& pair) {
    return own.first == pair.first && own.second == pair.second;
  };
  if (!std::equal(last_pairs_.begin(), last_pairs_.end(), pairs.begin(), pairs.end(), same)) {
    VEDETTE_ASSIGN_OR_RETURN(Labels metadata, BuildMetadata(pairs));
    last_metadata_ = std::move(metadata);
    last_pairs_.assign(pairs.begin(), pairs.end());
  }
  return last_metadata_;
}

base::Status LogPushBuilder::AddEntry(int64_t timestamp_ns, std::string_view line,
                                      const Pairs& metadata) {
  if (skipping_) return Refuse({});
  if (const base::Status bad = CheckEntry(line, metadata); !bad.ok()) return RefuseEntry(bad);
  if (entries_ == limits_.max_entries) return Over("request has more entries", entries_);
  ++entries_;
  bytes_ += kEntryCost + line.size() + BytesOf(metadata) + metadata.size() * kPairCost;
  if (bytes_ > limits_.max_bytes) return Over("request has more bytes", limits_.max_bytes);
  auto labels = MetadataOf(metadata);
  if (!labels.ok()) return RefuseEntry(labels.status());
  push_.streams.back().entries.push_back({timestamp_ns, std::string(line), *std::move(labels)});
  return {};
}

// Of many refusals the first alone is told, so that only it is put into words.
base::Status LogPushBuilder::RefuseEntry(const base::Status& why) {
  const bool is_told = refused_ == nullptr || refused_->first.empty();
  return Refuse(is_told ? InStream(why) : why);
}

base::Status LogPushBuilder::Refuse(const base::Status& why) {
  if (refused_ == nullptr) return why;
  if (refused_->entries == limits_.max_entries) {
    return Over("request has more entries", limits_.max_entries);
  }
  ++refused_->entries;
  if (refused_->first.empty()) refused_->first = base::Message(why);
  return {};
}

base::Status LogPushBuilder::CheckEntry(std::string_view line, const Pairs& metadata) const {
  if (line.size() > limits_.max_line_bytes) {
    return Over("has a longer line", limits_.max_line_bytes);
  }
  if (metadata.size() > limits_.max_metadata) {
    return Over("has more structured metadata", limits_.max_metadata);
  }
  if (BytesOf(metadata) > limits_.max_metadata_bytes) {
    return Over("has more bytes of structured metadata", limits_.max_metadata_bytes);
  }
  return {};
}

LogPush LogPushBuilder::Take() {
  // A stream of which nothing is left says nothing.
  if (refused_ != nullptr && refused_->entries > 0) {
    std::erase_if(push_.streams, [](const LogStream& stream) { return stream.entries.empty(); });
  }
  return std::move(push_);
}

base::Status LogPushBuilder::InStream(const base::Status& status) const {
  const LogStream& stream = push_.streams.back();
  return base::Annotate(status, base::Concat({"stream ", stream.labels.ToString().substr(0, 512),
                                              ", entry ", std::to_string(stream.entries.size())}));
}

}  // namespace vedette::model
