#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/feature_flags.h"
#include "app/rule_loading.h"
#include "app/rule_verbs.h"
#include "app/verbs.h"
#include "base/json_writer.h"
#include "base/strings.h"

// `vedette check rules`: what promtool's verb of that name checks.

namespace vedette::app {
namespace {

struct CheckRulesFlags {
  std::vector<std::string> files;
  std::string lint = "duplicate-rules";
  bool lint_fatal = false;
  bool ignore_unknown = false;
  std::string output = "text";
  FeatureFlag features;
};

struct FileVerdict {
  std::string file;
  base::Status status;
  size_t rules = 0;
  std::vector<DuplicateRule> duplicates;
};

FileVerdict Judge(base::FileSystem* fs, const CheckRulesFlags& flags,
                  const promql::ParserOptions& parser, const std::string& file) {
  FileVerdict verdict;
  verdict.file = file;
  const auto groups = ReadRuleFile(fs, file, parser, flags.ignore_unknown);
  verdict.status = groups.status();
  if (!groups.ok()) return verdict;
  for (const rules::GroupSpec& group : *groups) verdict.rules += group.rules.size();
  if (flags.lint != "none") verdict.duplicates = FindDuplicates(*groups);
  return verdict;
}

void PrintText(const FileVerdict& verdict) {
  std::printf("Checking %s\n", verdict.file.c_str());
  if (!verdict.status.ok()) {
    std::printf("\n");
    std::fflush(stdout);
    std::fprintf(stderr, "  FAILED:\n%s\n", std::string(base::Message(verdict.status)).c_str());
    return;
  }
  if (verdict.duplicates.empty()) {
    std::printf("  SUCCESS: %zu rules found\n\n", verdict.rules);
    return;
  }
  std::printf("  %zu rules found\n\n", verdict.rules);
  std::fflush(stdout);
  std::fprintf(stderr, "  LINT: %zu duplicate rule(s) found.\n", verdict.duplicates.size());
  for (const DuplicateRule& rule : verdict.duplicates) {
    std::fprintf(stderr, "  Metric: %s\n  Label(s):\n", rule.name.c_str());
    for (const auto& [name, value] : rule.labels) {
      std::fprintf(stderr, "\t%s: %s\n", name.c_str(), value.c_str());
    }
  }
  std::fprintf(stderr, "  Might cause inconsistency while recording expressions\n");
}

void PrintJson(const std::vector<FileVerdict>& verdicts) {
  std::string out;
  base::JsonWriter json(&out);
  json.BeginObject().Key("files").BeginArray();
  for (const FileVerdict& verdict : verdicts) {
    json.BeginObject().Key("file").String(verdict.file).Key("rules").Uint(verdict.rules);
    json.Key("errors").BeginArray();
    for (const std::string_view line : base::Split(base::Message(verdict.status), '\n')) {
      if (!line.empty()) json.String(line);
    }
    json.EndArray().Key("duplicates").BeginArray();
    for (const DuplicateRule& rule : verdict.duplicates) {
      json.BeginObject().Key("name").String(rule.name).Key("labels").BeginObject();
      for (const auto& [name, value] : rule.labels) json.Key(name).String(value);
      json.EndObject().Key("count").Int(rule.count).EndObject();
    }
    json.EndArray().EndObject();
  }
  json.EndArray().EndObject();
  std::printf("%s\n", out.c_str());
}

int Run(const CheckRulesFlags& flags) {
  promql::ParserOptions parser;
  flags.features.WarnOfUnknown();
  flags.features.ApplyTo(&parser);
  const auto fs = base::NewPosixFileSystem();
  std::vector<FileVerdict> verdicts;
  bool bad = false;
  for (const std::string& file : flags.files) {
    FileVerdict verdict = Judge(fs.get(), flags, parser, file);
    bad = bad || !verdict.status.ok() || (flags.lint_fatal && !verdict.duplicates.empty());
    if (flags.output != "json") PrintText(verdict);
    verdicts.push_back(std::move(verdict));
  }
  if (flags.output == "json") PrintJson(verdicts);
  return bad ? kExitProblem : kExitOk;
}

}  // namespace

void AddCheckRules(CLI::App* check, int* exit_code) {
  CLI::App* verb = check->add_subcommand("rules",
                                         "Rule files: their form, names, templates and "
                                         "expressions, and rules that stand there twice");
  const auto flags = std::make_shared<CheckRulesFlags>();
  verb->add_option("FILE", flags->files, "Rule files")->required();
  verb->add_option("--lint", flags->lint, "What to remark on: all, duplicate-rules or none")
      ->check(CLI::IsMember({"all", "duplicate-rules", "none"}))
      ->capture_default_str();
  verb->add_flag("--lint-fatal", flags->lint_fatal, "A remark is a problem: exit with 1");
  verb->add_flag("--ignore-unknown-fields", flags->ignore_unknown,
                 "Pass over keys that rule files do not have");
  verb->add_option("-o,--output", flags->output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  flags->features.AddTo(verb);
  verb->callback([flags, exit_code] { *exit_code = Run(*flags); });
}

}  // namespace vedette::app
