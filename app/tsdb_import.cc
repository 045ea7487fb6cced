#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/progress_bar.h"
#include "app/tsdb_folder.h"
#include "app/tsdb_verbs.h"
#include "app/verbs.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "collector/tsdb/prometheus/import.h"

// `vedette tsdb import-prometheus`: another store's data into ours.

namespace vedette::app {
namespace {

struct ImportFlags {
  std::string from;
  std::string dir;
  std::string output = "text";
};

using ImportReport = tsdb::prometheus::ImportReport;

void PrintImportJson(const ImportReport& report) {
  std::string out;
  base::JsonWriter json(&out);
  json.BeginObject().Key("blocks").Uint(report.blocks).Key("blocks_before");
  json.Uint(report.blocks_before).Key("samples").Uint(report.samples);
  json.Key("histograms").Uint(report.histograms);
  json.Key("bad_histograms").Uint(report.bad_histograms);
  json.Key("exemplar_records_left_out").Uint(report.exemplars);
  json.Key("unknown_records_left_out").Uint(report.unknown_records);
  json.Key("nameless_samples").Uint(report.nameless_samples);
  json.Key("bad_times").Uint(report.bad_times).Key("damage").BeginArray();
  for (const std::string& damage : report.damage) json.String(damage);
  json.EndArray().EndObject();
  std::printf("%s\n", out.c_str());
}

void PrintImportText(const ImportReport& report) {
  std::printf("%" PRIu64 " blocks and the log: %" PRIu64 " samples, %" PRIu64
              " of them native histograms; %" PRIu64 " blocks were in before\n",
              report.blocks, report.samples, report.histograms, report.blocks_before);
  const struct {
    uint64_t count;
    const char* what;
  } kLeftOut[] = {{report.bad_histograms, "native histograms that break the rules for them"},
                  {report.exemplars, "records of exemplars"},
                  {report.unknown_records, "records of types not known"},
                  {report.nameless_samples, "samples of series that the log does not name"},
                  {report.bad_times, "samples with impossible times"}};
  for (const auto& left : kLeftOut) {
    if (left.count > 0) std::printf("left out: %" PRIu64 " %s\n", left.count, left.what);
  }
}

// The names in a folder; none where there is no folder.
std::vector<std::string> NamesIn(base::FileSystem* fs, const std::string& dir) {
  return fs->List(dir).value_or(std::vector<std::string>());
}

// Takes back a folder that was made for an import which failed before it brought anything.
class UnlessFilled {
 public:
  UnlessFilled(base::FileSystem* fs, std::string dir)
      : fs_(fs),
        dir_(std::move(dir)),
        was_there_(fs_->Exists(dir_)),
        was_empty_(NamesIn(fs_, dir_).empty()) {}

  void Undo() {
    if (!was_empty_) return;
    for (const std::string& name : NamesIn(fs_, dir_)) {
      fs_->RemoveAll(base::JoinPath(dir_, name)).IgnoreError();
    }
    if (!was_there_) fs_->Remove(dir_).IgnoreError();
  }

 private:
  base::FileSystem* const fs_;
  const std::string dir_;
  const bool was_there_;
  const bool was_empty_;
};

bool HoldsNothing(const tsdb::Store& store) {
  const tsdb::StoreStats stats = store.Stats();
  return stats.parts == 0 && stats.head_samples == 0;
}

int RunImport(const ImportFlags& flags) {
  TsdbTool tool;
  if (!tool.fs()->Exists(flags.from)) {
    return TsdbFailure("import-prometheus", base::InvalidArgument(flags.from + ": no such folder"));
  }
  UnlessFilled collectors(tool.fs(), flags.dir);
  UnlessFilled metrics(tool.fs(), tool.FolderOf(flags.dir));
  auto store = tool.OpenToWrite(flags.dir);
  if (!store.ok()) return TsdbFailure("import-prometheus", store.status());
  tsdb::prometheus::Import::Options options;
  options.from = flags.from;
  options.store_dir = tool.FolderOf(flags.dir);
  options.fs = tool.fs();
  options.store = store->get();
  base::StatusOr<ImportReport> report = base::Internal("");
  {
    ProgressBar bar(tool.clock(), "import");
    options.progress = [&bar](uint64_t done, uint64_t all, std::string_view what) {
      bar.Show(done, all, what);
    };
    report = tsdb::prometheus::Import(std::move(options)).Run();
  }
  if (!report.ok()) {
    const bool nothing = HoldsNothing(**store);
    *store = nullptr;
    if (nothing) {
      metrics.Undo();
      collectors.Undo();
    }
    return TsdbFailure("import-prometheus", report.status());
  }
  for (const std::string& damage : report->damage) {
    std::fprintf(stderr, "damaged: %s\n", damage.c_str());
  }
  (flags.output == "json" ? PrintImportJson : PrintImportText)(*report);
  return report->damage.empty() ? kExitOk : kExitProblem;
}

}  // namespace

void AddTsdbImport(CLI::App* tsdb, int* exit_code) {
  const auto flags = std::make_shared<ImportFlags>();
  CLI::App* import = tsdb->add_subcommand(
      "import-prometheus", "Take in the blocks and the log of a Prometheus; can be taken up again");
  import->add_option("FROM", flags->from, "Its --storage.tsdb.path, or a snapshot")->required();
  import->add_option("DIR", flags->dir, "The collector's folder, or its metrics")->required();
  AddOutputFlag(import, &flags->output);
  import->callback([flags, exit_code] { *exit_code = RunImport(*flags);
});
}  // namespace vedette::app

}  // namespace vedette::app
