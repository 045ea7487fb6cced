#include "shipper/dead_letters.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "base/json_writer.h"
#include "base/strings.h"

namespace vedette::shipper {
namespace {

std::string ToJsonLine(int64_t now_ns, const std::string& source, const Entry& entry,
                       std::string_view reason) {
  std::string out;
  base::JsonWriter json(&out);
  json.BeginObject();
  json.Key("time_ns").Int(now_ns);
  json.Key("source").String(source);
  json.Key("position").Uint(entry.position);
  json.Key("timestamp_ns").Int(entry.timestamp_ns);
  json.Key("labels").BeginObject();
  for (const model::LabelView& label : entry.labels) json.Key(label.name).String(label.value);
  json.EndObject();
  json.Key("reason").String(reason);
  json.Key("line").String(entry.line);
  if (!base::IsValidUtf8(entry.line)) {
    json.Key("line_base64").String(absl::Base64Escape(entry.line));
  }
  json.EndObject();
  out += '\n';
  return out;
}

}  // namespace

DeadLetters::DeadLetters(base::FileSystem* fs, base::Clock* clock, const std::string& folder)
    : fs_(fs), clock_(clock), path_(base::JoinPath(folder, "dead-letters.jsonl")) {}

base::Status DeadLetters::Add(const std::string& source, const Entry& entry,
                              std::string_view reason) {
  base::MutexLock lock(mutex_);
  const auto info = fs_->Stat(path_);
  if (info.ok() && info->size >= kMaxBytes) {
    VEDETTE_RETURN_IF_ERROR(fs_->Rename(path_, path_ + ".old"));
  }
  VEDETTE_ASSIGN_OR_RETURN(const auto file, fs_->OpenAppend(path_));
  VEDETTE_RETURN_IF_ERROR(file->Append(ToJsonLine(clock_->WallNanos(), source, entry, reason)));
  VEDETTE_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

}  // namespace vedette::shipper
