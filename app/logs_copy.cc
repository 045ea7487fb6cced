#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/logs_tools.h"
#include "app/tsdb_folder.h"
#include "app/tsdb_verbs.h"
#include "app/verbs.h"
#include "base/file_copy.h"
#include "base/hard_link.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "collector/logstore/backup.h"
#include "collector/logstore/verify.h"

// `vedette logs backup` and `restore`: the lines, and the state of alerts beside them, which is as
// small as it is dear: what fires, what was notified, what waits to be sent.

namespace vedette::app {
namespace {

struct CopyFlags {
  std::string from;
  std::string to;
  std::string output = "text";
  bool skip_verify = false;
};

struct Copied {
  logstore::CopyReport logs;
  uint64_t state_bytes = 0;  // of alerts
  uint64_t states = 0;
};

// Folders of the collector's beside logs/ that are taken along, each a durable map (base).
constexpr std::string_view kStates[] = {"alerting", "rules"};
constexpr int kAttempts = 5;

base::StatusOr<uint64_t> CopyState(base::FileSystem* fs, const std::string& from,
                                   const std::string& to) {
  for (int attempt = 1;; ++attempt) {
    base::StatusOr<uint64_t> bytes = base::CopyLog(fs, from, to);
    if (bytes.ok()) return bytes;
    fs->RemoveAll(to).IgnoreError();
    if (!absl::IsUnavailable(bytes.status()) || attempt == kAttempts) return bytes;
  }
}

// What was copied, checked to the last byte.
base::Status Check(base::FileSystem* fs, const std::string& dir) {
  VEDETTE_ASSIGN_OR_RETURN(const logstore::VerifyReport report,
                           logstore::VerifyStore({fs, dir, {}}));
  for (const logstore::VerifiedFile& file : report.files) {
    if (file.findings.empty()) continue;
    return base::DataLoss(base::Concat({file.path, ": ", file.findings.front()}));
  }
  return {};
}

base::Status MustLieOutside(const std::string& to, const std::string& from) {
  if (!IsWithin(to, from)) return {};
  return base::InvalidArgument(base::Concat(
      {to, ": lies in ", from, " itself; allowed is a new or empty folder elsewhere"}));
}

// Folders are made under another name: one that was cut off is taken for no store, and is made anew.
std::string Unfinished(const CopyFlags& flags, std::string_view name) {
  return base::JoinPath(flags.to, base::Concat({name, ".unfinished"}));
}

base::Status Begin(base::FileSystem* fs, const CopyFlags& flags) {
  VEDETTE_RETURN_IF_ERROR(MustLieOutside(flags.to, flags.from));
  for (const std::string_view name : {std::string_view("logs"), kStates[0], kStates[1]}) {
    VEDETTE_RETURN_IF_ERROR(base::MustBeEmpty(fs, base::JoinPath(flags.to, name)));
    VEDETTE_RETURN_IF_ERROR(fs->RemoveAll(Unfinished(flags, name)));
  }
  return fs->CreateDirs(flags.to);
}

// An empty folder may stand where it is to be; one that somebody has begun to fill meanwhile is not
// touched (rename(2)).
base::Status Finish(base::FileSystem* fs, const CopyFlags& flags, std::string_view name) {
  VEDETTE_RETURN_IF_ERROR(fs->Rename(Unfinished(flags, name), base::JoinPath(flags.to, name)));
  return fs->SyncDir(flags.to);
}

// Both are laid out as the collector's folder is; the lines come last. `linker` may be null.
base::StatusOr<Copied> CopyAll(base::FileSystem* fs, base::HardLinker* linker,
                               const CopyFlags& flags) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string logs, FindLogStore(fs, flags.from));
  VEDETTE_RETURN_IF_ERROR(Begin(fs, flags));
  const std::string to = Unfinished(flags, "logs");
  Copied copied;
  VEDETTE_ASSIGN_OR_RETURN(copied.logs, logstore::CopyStore(fs, linker, logs, to));
  if (!flags.skip_verify) VEDETTE_RETURN_IF_ERROR(Check(fs, to));
  std::vector<std::string_view> names;
  for (const std::string_view name : kStates) {
    const std::string state = base::JoinPath(flags.from, name);
    if (logs == flags.from || !fs->Exists(state)) continue;
    VEDETTE_ASSIGN_OR_RETURN(const uint64_t bytes, CopyState(fs, state, Unfinished(flags, name)));
    copied.state_bytes += bytes;
    ++copied.states;
    names.push_back(name);
  }
  names.push_back("logs");
  for (const std::string_view name : names) VEDETTE_RETURN_IF_ERROR(Finish(fs, flags, name));
  return copied;
}

void Print(const CopyFlags& flags, const Copied& copied) {
  const logstore::CopyReport& logs = copied.logs;
  if (flags.output == "json") {
    std::string out;
    base::JsonWriter json(&out);
    json.BeginObject().Key("to").String(flags.to).Key("parts").Uint(logs.parts);
    json.Key("part_bytes").Uint(logs.part_bytes).Key("log_bytes").Uint(logs.log_bytes);
    json.Key("linked").Uint(logs.linked).Key("alert_states").Uint(copied.states);
    json.Key("alert_state_bytes").Uint(copied.state_bytes);
    json.Key("verified").Bool(!flags.skip_verify).EndObject();
    std::printf("%s\n", out.c_str());
    return;
  }
  std::printf("%s: %" PRIu64 " parts, %s, %" PRIu64 " linked; log of %s; state of alerts %s%s\n",
              flags.to.c_str(), logs.parts, SizeText(logs.part_bytes).c_str(), logs.linked,
              SizeText(logs.log_bytes).c_str(),
              copied.states == 0 ? "none" : SizeText(copied.state_bytes).c_str(),
              flags.skip_verify ? "" : "; verified");
}

int Run(const std::string& verb, base::HardLinker* linker, const CopyFlags& flags) {
  const auto fs = base::NewPosixFileSystem();
  const auto copied = CopyAll(fs.get(), linker, flags);
  if (!copied.ok()) return LogsFailure(verb, copied.status());
  Print(flags, *copied);
  return kExitOk;
}

}  // namespace

void AddLogsCopy(CLI::App* logs, int* exit_code) {
  const auto flags = std::make_shared<CopyFlags>();
  CLI::App* backup = logs->add_subcommand(
      "backup", "Copy the lines and the state of alerts, also of a collector that runs");
  backup->add_option("DIR", flags->from, "The collector's folder, or its logs alone")->required();
  backup->add_option("TO", flags->to, "A new or empty folder")->required();
  CLI::App* restore = logs->add_subcommand(
      "restore", "Put a backup into a collector's folder that has no logs so far");
  restore->add_option("BACKUP", flags->from, "What backup made")->required();
  restore->add_option("DIR", flags->to, "The collector's folder; the collector must not run")
      ->required();
  for (CLI::App* verb : {backup, restore}) {
    verb->add_flag("--skip-verify", flags->skip_verify, "Do not read the copy back");
    AddOutputFlag(verb, &flags->output);
  }
  backup->callback([flags, exit_code] {
    const auto linker = base::NewPosixHardLinker();
    *exit_code = Run("backup", linker.get(), *flags);
  });
  restore->callback([flags, exit_code] { *exit_code = Run("restore", nullptr, *flags); });
}

}  // namespace vedette::app
