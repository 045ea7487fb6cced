#include "exporters/redis/script_metrics.h"

#include <optional>
#include <utility>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

constexpr size_t kMaxScriptBytes = 1 << 20;

using Values = std::vector<std::pair<std::string_view, double>>;

// Nothing where the reply is no list of names and numbers.
std::optional<Values> ReadValues(const Reply& reply) {
  if (reply.kind == Reply::Kind::kNil) return Values();
  if (!reply.is_array() || reply.items.size() % 2 != 0) return std::nullopt;
  Values values;
  for (size_t i = 0; i < reply.items.size(); i += 2) {
    const auto value = reply.items[i + 1].Number();
    if (!reply.items[i].is_text() || !value) return std::nullopt;
    values.emplace_back(reply.items[i].text, *value);
  }
  return values;
}

// Upstream's three results: 0 failed, 1 values, 2 none.
void AddResult(const Script& script, const Reply& reply, MetricSet* metrics) {
  const std::optional<Values> values = ReadValues(reply);
  const double result = !values ? 0 : values->empty() ? 2 : 1;
  metrics->Gauge("script_result", result, {{"filename", script.path}});
  if (!values) return;
  for (const auto& [key, value] : *values) {
    metrics->Gauge("script_values", value, {{"filename", script.path}, {"key", key}});
  }
}

}  // namespace

base::StatusOr<std::vector<Script>> LoadScripts(base::FileSystem* fs, std::string_view paths) {
  std::vector<Script> scripts;
  for (const std::string_view path : base::Split(paths, ',')) {
    if (path.empty()) continue;
    Script& script = scripts.emplace_back();
    script.path = path;
    VEDETTE_ASSIGN_OR_RETURN(script.text, fs->ReadFile(script.path));
    if (script.text.size() > kMaxScriptBytes) {
      return base::InvalidArgument(script.path + ": a script of more than 1 MiB");
    }
  }
  return scripts;
}

base::Status AddScripts(Connection* connection, const std::vector<Script>& scripts, bool read_only,
                        const Deadline& deadline, MetricSet* metrics) {
  std::vector<Command> commands;
  for (const Script& script : scripts) {
    commands.push_back({read_only ? "EVAL_RO" : "EVAL", script.text, "0"});
  }
  if (commands.empty()) return base::Status();
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<Reply> replies, connection->Run(commands, deadline));
  for (size_t i = 0; i < scripts.size(); ++i) AddResult(scripts[i], replies[i], metrics);
  return base::Status();
}

}  // namespace vedette::exporters::redis
