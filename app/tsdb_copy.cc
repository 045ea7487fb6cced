#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "app/tsdb_folder.h"
#include "app/tsdb_verbs.h"
#include "app/verbs.h"
#include "base/hard_link.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "collector/tsdb/backup.h"
#include "collector/tsdb/verify.h"

// `vedette tsdb backup`, `restore` and `compact`: a store's copy, a store of a copy, and a store as
// small as it gets.

namespace vedette::app {
namespace {

struct CopyFlags {
  std::string from;
  std::string to;
  std::string output = "text";
  bool skip_verify = false;
};

// What was copied, checked to the last byte.
base::Status Check(TsdbTool* tool, const std::string& dir) {
  VEDETTE_ASSIGN_OR_RETURN(const tsdb::VerifyReport report,
                           tsdb::VerifyStore({tool->fs(), dir, {}}));
  for (const tsdb::VerifiedFile& file : report.files) {
    if (file.findings.empty()) continue;
    return base::DataLoss(base::Concat({file.path, ": ", file.findings.front()}));
  }
  return {};
}

void Print(const CopyFlags& flags, const tsdb::CopyReport& report) {
  if (flags.output == "json") {
    std::string out;
    base::JsonWriter json(&out);
    json.BeginObject().Key("to").String(flags.to).Key("parts").Uint(report.parts);
    json.Key("tombstones").Uint(report.tombstones).Key("bytes").Uint(report.bytes);
    json.Key("linked").Uint(report.linked).Key("verified").Bool(!flags.skip_verify).EndObject();
    std::printf("%s\n", out.c_str());
    return;
  }
  std::printf("%s: %" PRIu64 " parts, %s, %" PRIu64 " files linked%s\n", flags.to.c_str(),
              report.parts, SizeText(report.bytes).c_str(), report.linked,
              flags.skip_verify ? "" : ", verified");
}

int Finish(const std::string& verb, TsdbTool* tool, const CopyFlags& flags, const std::string& to,
           const base::StatusOr<tsdb::CopyReport>& report) {
  if (!report.ok()) return TsdbFailure(verb, report.status());
  if (!flags.skip_verify) {
    const base::Status checked = Check(tool, to);
    if (!checked.ok()) return TsdbFailure(verb, checked);
  }
  Print(flags, *report);
  return kExitOk;
}

base::Status MustBeElsewhere(const std::string& to, const std::string& from,
                             std::string_view what) {
  if (!IsWithin(to, from)) return {};
  return base::InvalidArgument(base::Concat({to, ": lies in the ", what, " itself, ", from,
                                             "; allowed is a new or empty folder elsewhere"}));
}

int RunBackup(const CopyFlags& flags) {
  TsdbTool tool;
  const auto folder = tool.FindStore(flags.from);
  if (!folder.ok()) return TsdbFailure("backup", folder.status());
  // The store removes what it does not know in its folders: a backup would not live long there.
  if (const base::Status status = MustBeElsewhere(flags.to, *folder, "store"); !status.ok()) {
    return TsdbFailure("backup", status);
  }
  const auto store = tool.OpenToWrite(flags.from);
  if (!store.ok()) return TsdbFailure("backup", store.status());
  const auto linker = base::NewPosixHardLinker();
  return Finish("backup", &tool, flags, flags.to, (*store)->Backup(flags.to, linker.get()));
}

int RunCompact(const CopyFlags& flags) {
  TsdbTool tool;
  if (const auto folder = tool.FindStore(flags.from); !folder.ok()) {
    return TsdbFailure("compact", folder.status());
  }
  const auto store = tool.OpenToWrite(flags.from);
  if (!store.ok()) return TsdbFailure("compact", store.status());
  const tsdb::StoreStats before = (*store)->Stats();
  const base::Status status = (*store)->Compact();
  if (!status.ok()) return TsdbFailure("compact", status);
  const tsdb::StoreStats after = (*store)->Stats();
  std::printf("%s: %" PRIu64 " parts of %s, before %" PRIu64 " of %s and a log of %s\n",
              flags.from.c_str(), after.parts, SizeText(after.part_bytes).c_str(), before.parts,
              SizeText(before.part_bytes).c_str(), SizeText(before.wal_bytes).c_str());
  return kExitOk;
}

int RunRestore(const CopyFlags& flags) {
  TsdbTool tool;
  // A backup of the collector's whole folder holds the metrics where the collector has them.
  const auto from = tool.FindStore(flags.from);
  if (!from.ok()) return TsdbFailure("restore", from.status());
  const std::string to = base::JoinPath(flags.to, "metrics");
  if (const base::Status status = MustBeElsewhere(to, *from, "backup"); !status.ok()) {
    return TsdbFailure("restore", status);
  }
  return Finish("restore", &tool, flags, to, tsdb::RestoreStore(tool.fs(), *from, to));
}

}  // namespace

void AddTsdbCopy(CLI::App* tsdb, int* exit_code) {
  const auto flags = std::make_shared<CopyFlags>();
  CLI::App* backup = tsdb->add_subcommand(
      "backup", "Copy a store that no collector has open (else: the snapshot API)");
  backup->add_option("DIR", flags->from, "The collector's folder, or its metrics")->required();
  backup->add_option("TO", flags->to, "A new or empty folder")->required();
  CLI::App* restore =
      tsdb->add_subcommand("restore", "Make a collector's metrics of a backup or snapshot");
  restore->add_option("BACKUP", flags->from, "What backup or the snapshot API made")->required();
  restore->add_option("DIR", flags->to, "The collector's folder, without metrics so far")
      ->required();
  CLI::App* compact = tsdb->add_subcommand(
      "compact", "Merge all of a store that no collector has open: one part a day");
  compact->add_option("DIR", flags->from, "The collector's folder, or its metrics")->required();
  for (CLI::App* verb : {backup, restore}) {
    verb->add_flag("--skip-verify", flags->skip_verify, "Do not read the copy back");
    AddOutputFlag(verb, &flags->output);
  }
  backup->callback([flags, exit_code] { *exit_code = RunBackup(*flags); });
  compact->callback([flags, exit_code] { *exit_code = RunCompact(*flags); });
  restore->callback([flags, exit_code] { *exit_code = RunRestore(*flags); });
}

}  // namespace vedette::app
