#include "collector/tsdb/quarantine.h"

#include "base/strings.h"

namespace vedette::tsdb {
namespace {

constexpr int kMaxNames = 1000;  // of one file set aside again and again

}  // namespace

Quarantine::Quarantine(base::FileSystem* fs, base::Logger* log, base::Telemetry* telemetry)
    : fs_(fs),
      log_(log),
      set_aside_(telemetry->NewCounter("vedette_tsdb_quarantined_files_total",
                                       "Broken files set aside as NAME.broken.")),
      missing_(telemetry->NewCounter("vedette_tsdb_missing_files_total",
                                     "Files of the store that were not there any more.")) {}

std::string Quarantine::FreeName(const std::string& path) {
  std::string name = path + ".broken";
  for (int n = 2; n < kMaxNames && fs_->Exists(name); ++n) {
    name = base::Concat({path, ".", std::to_string(n), ".broken"});
  }
  return name;
}

void Quarantine::SetAside(const std::string& path, const base::Status& why) {
  set_aside_->Add();
  ++found_;
  const std::string kept_as = FreeName(path);
  log_->Error("metrics store: a broken file is set aside",
              {{"path", path}, {"reason", base::Message(why)}, {"kept_as", kept_as}});
  const base::Status renamed = fs_->Rename(path, kept_as);
  if (renamed.ok() || absl::IsNotFound(renamed)) return;
  log_->Error("metrics store: cannot set it aside", {{"reason", base::Message(renamed)}});
}

bool Quarantine::ExpectFile(const std::string& path) {
  const base::StatusOr<base::FileInfo> info = fs_->Stat(path);
  if (!info.ok() || !info->is_directory) return false;
  SetAside(path, base::DataLoss("found a folder, a file belongs there"));
  return true;
}

bool Quarantine::ExpectFolder(const std::string& path) {
  const base::StatusOr<base::FileInfo> info = fs_->Stat(path);
  if (!info.ok() || info->is_directory) return false;
  SetAside(path, base::DataLoss("found a file, a folder belongs there"));
  return true;
}

void Quarantine::NoteMissing(const std::string& path, std::string_view cost) {
  missing_->Add();
  ++found_;
  log_->Error("metrics store: a file is missing", {{"path", path}, {"lost", cost}});
}

}  // namespace vedette::tsdb
