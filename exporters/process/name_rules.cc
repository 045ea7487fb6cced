#include "exporters/process/name_rules.h"

#include <re2/re2.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>

#include "base/config/yaml.h"
#include "base/regex.h"
#include "base/strings.h"

namespace vedette::exporters::process {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;
using base::tmpl::Template;
using base::tmpl::Value;
using Captures = std::map<std::string, std::string>;

constexpr char kDefaultName[] = "{{.ExeBase}}";
// Names are short; a template that writes more is a mistake.
constexpr size_t kMaxNameBytes = 4096;

base::StatusOr<std::shared_ptr<const re2::RE2>> Compile(std::string_view pattern) {
  base::RegexOptions options;
  options.dot_matches_newline = false;
  return base::CompileRegex(pattern, options);
}

base::StatusOr<Template> CompileName(std::string_view source) {
  base::tmpl::Limits limits;
  limits.max_output_bytes = kMaxNameBytes;
  limits.max_steps = 10'000;
  return Template::Parse("name", source, {}, limits);
}

std::string_view BaseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string JoinedCommandLine(const ProcessAttributes& process) {
  return base::RepairUtf8(base::Join(process.command_line, " "));
}

// As Go prints a time in UTC: "2026-11-21 07:37:28 +0000 UTC".
std::string TimeText(int64_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d +0000 UTC",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

// The data of a name's template.
Value TemplateData(const ProcessAttributes& process, const Captures& captures) {
  const std::string& exe =
      process.command_line.empty() ? process.comm : process.command_line.front();
  Value::Map matches;
  for (const auto& [name, text] : captures) matches.emplace(name, Value(text));
  Value::List cgroups(process.cgroups.begin(), process.cgroups.end());
  return Value::FromMap(
      {{"Comm", Value(process.comm)},
       {"ExeBase", Value(BaseName(exe))},
       {"ExeFull", Value(exe)},
       {"Username", Value(process.username)},
       {"PID", Value(process.pid)},
       {"StartTime", Value(TimeText(process.start_seconds))},
       {"Cgroups", Value::FromList(std::move(cgroups))},
       {"Matches", Value::FromMap(std::move(matches), Value::Missing::kEmptyString)}},
      Value::Missing::kError);
}

// Searches the pattern, and notes what its named groups caught.
bool Search(const re2::RE2& pattern, const std::string& text, std::vector<std::string>* groups) {
  const auto count = static_cast<size_t>(pattern.NumberOfCapturingGroups()) + 1;
  std::vector<re2::StringPiece> found(count);
  if (!pattern.Match(text, 0, text.size(), re2::RE2::UNANCHORED, found.data(),
                     static_cast<int>(count))) {
    return false;
  }
  groups->clear();
  for (const re2::StringPiece& group : found) groups->emplace_back(group.data(), group.size());
  return true;
}

bool MatchesExe(const NameRule& rule, const ProcessAttributes& process) {
  if (process.command_line.empty()) return false;
  const std::string& exe = process.command_line.front();
  return std::any_of(rule.exes.begin(), rule.exes.end(), [&exe](const std::string& wanted) {
    return wanted.find('/') == std::string::npos ? BaseName(exe) == wanted : exe == wanted;
  });
}

// The first of what the pattern's groups caught that is not empty, behind the name and a colon.
std::string MappedName(const std::string& comm, const std::vector<std::string>& groups) {
  for (size_t i = 1; i < groups.size(); ++i) {
    if (!groups[i].empty()) return base::Concat({comm, ":", groups[i]});
  }
  return "";
}

void ReadName(const Node& node, const std::string& source, const std::string& field,
              Problems* problems, NameRule* rule) {
  auto name = CompileName(source);
  if (name.ok()) {
    // A field that does not exist is found here and not at the first scrape.
    ProcessAttributes sample;
    sample.comm = "comm";
    sample.command_line = {"exe"};
    sample.cgroups = {"/"};
    const auto text = name->Execute(TemplateData(sample, {}));
    if (text.ok()) {
      rule->name = *std::move(name);
      return;
    }
    name = text.status();
  }
  const Node* place = node.Find("name");
  problems->Add(place != nullptr ? *place : node, field + ".name", base::Message(name.status()));
}

void ReadPatterns(const Node& node, const std::string& field, Problems* problems, NameRule* rule) {
  for (const Node& item : node.items) {
    auto pattern = Compile(item.scalar);
    if (pattern.ok()) {
      rule->command_lines.push_back(*std::move(pattern));
    } else {
      problems->Add(item, field, base::Message(pattern.status()));
    }
  }
}

NameRule ReadRule(const Node& node, const std::string& field, Problems* problems,
                  std::string* name) {
  NameRule rule;
  std::vector<std::string> patterns;
  MapReader map(node, field, problems);
  map.String("name", name);
  map.StringList("comm", &rule.comms);
  map.StringList("exe", &rule.exes);
  if (map.StringList("cmdline", &patterns)) {
    ReadPatterns(*node.Find("cmdline"), field + ".cmdline", problems, &rule);
  }
  map.Finish();
  if (rule.comms.empty() && rule.exes.empty() && patterns.empty()) {
    problems->Add(node, field, "needs one of comm, exe, cmdline");
  }
  if (name->empty()) *name = kDefaultName;
  ReadName(node, *name, field, problems, &rule);
  return rule;
}

}  // namespace

base::StatusOr<std::shared_ptr<const NameRules>> NameRules::FromYaml(std::string_view text,
                                                                     const std::string& file) {
  VEDETTE_ASSIGN_OR_RETURN(const Node root, base::config::ParseYaml(text, file));
  Problems problems(file);
  std::shared_ptr<NameRules> rules(new NameRules());
  MapReader map(root, "", &problems);
  map.Each("process_names", [&](const Node& node, const std::string& field) {
    std::string name;
    rules->rules_.push_back(ReadRule(node, field, &problems, &name));
    rules->uses_username_ |= name.find(".Username") != std::string::npos;
    rules->uses_cgroups_ |= name.find(".Cgroups") != std::string::npos;
  });
  map.Require("process_names");
  map.Finish();
  VEDETTE_RETURN_IF_ERROR(problems.ToStatus());
  return std::shared_ptr<const NameRules>(std::move(rules));
}

base::StatusOr<std::shared_ptr<const NameRules>> NameRules::FromLists(std::string_view proc_names,
                                                                      std::string_view mapping) {
  std::shared_ptr<NameRules> rules(new NameRules());
  if (proc_names.empty() && mapping.empty()) {
    NameRule every;
    VEDETTE_ASSIGN_OR_RETURN(auto pattern, Compile(".+"));
    every.command_lines.push_back(std::move(pattern));
    VEDETTE_ASSIGN_OR_RETURN(every.name, CompileName("{{.Comm}}"));
    rules->rules_.push_back(std::move(every));
    return std::shared_ptr<const NameRules>(std::move(rules));
  }
  const std::vector<std::string_view> tokens =
      mapping.empty() ? std::vector<std::string_view>() : base::Split(mapping, ',');
  if (tokens.size() % 2 != 0) {
    return base::InvalidArgument(base::Concat(
        {"namemapping: expected names and patterns in turn, found an odd number of them: ",
         base::GoQuote(mapping)}));
  }
  for (size_t i = 0; i < tokens.size(); i += 2) {
    NameRule rule;
    rule.comms = {std::string(tokens[i])};
    auto pattern = Compile(tokens[i + 1]);
    if (tokens[i].empty() || tokens[i + 1].empty() || !pattern.ok()) {
      return base::InvalidArgument(
          base::Concat({"namemapping: expected a name and a pattern, found ",
                        base::GoQuote(tokens[i]), " and ", base::GoQuote(tokens[i + 1])}));
    }
    rule.command_lines.push_back(*std::move(pattern));
    rules->rules_.push_back(std::move(rule));
  }
  for (const std::string_view name : base::Split(proc_names, ',')) {
    const auto is_mapped = [name](const NameRule& rule) { return rule.comms.front() == name; };
    if (name.empty() || std::any_of(rules->rules_.begin(), rules->rules_.end(), is_mapped)) {
      continue;
    }
    NameRule rule;
    rule.comms = {std::string(name)};
    VEDETTE_ASSIGN_OR_RETURN(rule.name, CompileName("{{.Comm}}"));
    rules->rules_.push_back(std::move(rule));
  }
  return std::shared_ptr<const NameRules>(std::move(rules));
}

std::optional<std::string> NameRules::Name(const ProcessAttributes& process) const {
  const std::string command_line = JoinedCommandLine(process);
  std::vector<std::string> groups;
  for (const NameRule& rule : rules_) {
    if (!rule.comms.empty() &&
        std::find(rule.comms.begin(), rule.comms.end(), process.comm) == rule.comms.end()) {
      continue;
    }
    if (!rule.exes.empty() && !MatchesExe(rule, process)) continue;
    Captures captures;
    bool fits = true;
    for (const auto& pattern : rule.command_lines) {
      fits = Search(*pattern, command_line, &groups);
      if (!fits) break;
      for (const auto& [index, name] : pattern->CapturingGroupNames()) {
        captures[name] = groups[static_cast<size_t>(index)];
      }
    }
    if (!fits) continue;
    if (!rule.name) {
      std::string mapped = MappedName(process.comm, groups);
      if (mapped.empty()) return std::nullopt;
      return mapped;
    }
    auto name = rule.name->Execute(TemplateData(process, captures));
    if (name.ok()) return *std::move(name);
  }
  return std::nullopt;
}

}  // namespace vedette::exporters::process
