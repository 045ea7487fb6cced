#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>

#include "app/logs_tools.h"
#include "app/progress_bar.h"
#include "app/tsdb_verbs.h"
#include "app/verbs.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "collector/logstore/verify.h"

// `vedette logs verify`: reads every byte of a store of logs and says what is wrong.

namespace vedette::app {
namespace {

struct VerifyFlags {
  std::string dir;
  std::string output = "text";
};

void PrintVerifyText(const logstore::VerifyReport& report, const std::string& folder) {
  uint64_t bytes = 0;
  std::printf("%-45s %-9s %10s %10s %12s  %s\n", "FILE", "KIND", "SIZE", "STREAMS", "LINES",
              "FOUND");
  for (const logstore::VerifiedFile& file : report.files) {
    bytes += file.bytes;
    const bool below = base::StartsWith(file.path, folder + "/");
    const std::string name = below ? file.path.substr(folder.size() + 1) : file.path;
    std::printf("%-45s %-9s %10s %10" PRIu64 " %12" PRIu64 "  %s\n", name.c_str(),
                file.kind.c_str(), SizeText(file.bytes).c_str(), file.streams, file.lines,
                file.findings.empty() ? "ok" : file.findings.front().c_str());
    for (size_t i = 1; i < file.findings.size(); ++i) {
      std::printf("%92s%s\n", "", file.findings[i].c_str());
    }
  }
  std::printf("%zu files, %s: %" PRIu64 " findings\n", report.files.size(), SizeText(bytes).c_str(),
              report.findings);
}

void PrintVerifyJson(const logstore::VerifyReport& report, const std::string&) {
  std::string out;
  base::JsonWriter json(&out);
  json.BeginObject().Key("findings").Uint(report.findings).Key("files").BeginArray();
  for (const logstore::VerifiedFile& file : report.files) {
    json.BeginObject().Key("path").String(file.path).Key("kind").String(file.kind);
    json.Key("bytes").Uint(file.bytes).Key("streams").Uint(file.streams);
    json.Key("lines").Uint(file.lines).Key("findings").BeginArray();
    for (const std::string& finding : file.findings) json.String(finding);
    json.EndArray().EndObject();
  }
  json.EndArray().EndObject();
  std::printf("%s\n", out.c_str());
}

int RunVerify(const VerifyFlags& flags) {
  const auto fs = base::NewPosixFileSystem();
  base::SystemClock clock;
  const auto folder = FindLogStore(fs.get(), flags.dir);
  if (!folder.ok()) return LogsFailure("verify", folder.status());
  base::StatusOr<logstore::VerifyReport> report = base::Internal("");
  {
    ProgressBar bar(&clock, "verify");
    report = logstore::VerifyStore(
        {fs.get(), *folder, [&bar](uint64_t done, uint64_t all, std::string_view what) {
           bar.Show(done, all, what);
         }});
  }
  if (!report.ok()) return LogsFailure("verify", report.status());
  (flags.output == "json" ? PrintVerifyJson : PrintVerifyText)(*report, *folder);
  return report->findings == 0 ? kExitOk : kExitProblem;
}

}  // namespace

void AddLogsVerify(CLI::App* logs, int* exit_code) {
  const auto flags = std::make_shared<VerifyFlags>();
  CLI::App* verify = logs->add_subcommand(
      "verify", "Check every file: sums, order, times, indexes, log; exits 1 on a finding");
  verify->add_option("DIR", flags->dir, "The collector's folder, its logs, or a backup")
      ->required();
  AddOutputFlag(verify, &flags->output);
  verify->callback([flags, exit_code] { *exit_code = RunVerify(*flags); });
}

}  // namespace vedette::app
