#include "collector/scrape/failure_log.h"

#include <array>
#include <ctime>

#include "base/json_writer.h"

namespace vedette::scrape {
namespace {

// "2026-01-02T03:04:05.678Z"
std::string TimeText(int64_t wall_ms) {
  const std::time_t seconds = static_cast<std::time_t>(wall_ms / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> day{};
  std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::string millis = std::to_string(1000 + wall_ms % 1000);
  millis[0] = '.';
  return day.data() + millis + "Z";
}

}  // namespace

void FailureLog::Write(std::string_view error, std::string_view job, std::string_view target) {
  std::string line;
  base::JsonWriter json(&line);
  json.BeginObject().Key("time").String(TimeText(clock_->WallMillis()));
  json.Key("level").String("ERROR").Key("msg").String(error);
  json.Key("job_name").String(job).Key("target").String(target).EndObject();
  line += '\n';
  const base::MutexLock lock(mutex_);
  const base::Status status = Append(line);
  if (!status.ok() && !told_) {
    logger_->Error("scrape_failure_log_file cannot be written", {{"error", base::Message(status)}});
  }
  told_ = !status.ok();
}

base::Status FailureLog::Append(std::string_view line) {
  if (file_ != nullptr && !file_->StillNamed().ok()) file_.reset();
  if (file_ == nullptr) {
    VEDETTE_ASSIGN_OR_RETURN(file_, fs_->OpenAppend(path_));
  }
  base::Status status = file_->Append(line);
  if (!status.ok()) file_.reset();
  return status;
}

}  // namespace vedette::scrape
