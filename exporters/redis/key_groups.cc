#include "exporters/redis/key_groups.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

// Takes a cursor, a batch size and patterns; gives the next cursor and, for each group found in
// the batch, its name, keys and bytes. A key belongs to the first pattern that matches; the group
// is what its captures caught, joined, or "unclassified".
constexpr char kScript[] = R"(
local page = redis.call('SCAN', ARGV[1], 'COUNT', ARGV[2])
local count, bytes = {}, {}
for _, key in ipairs(page[2]) do
  local name = 'unclassified'
  for p = 3, #ARGV do
    local hit = {string.find(key, ARGV[p])}
    if hit[1] then
      name = table.concat(hit, '', 3)
      break
    end
  end
  count[name] = (count[name] or 0) + 1
  bytes[name] = (bytes[name] or 0) + (redis.call('MEMORY', 'USAGE', key) or 0)
end
local out = {}
for name, keys in pairs(count) do
  out[#out + 1] = {name, keys, bytes[name]}
end
return {page[1], out}
)";

struct Totals {
  double keys = 0;
  double bytes = 0;
};
using Groups = std::map<std::string, Totals>;
using Row = std::pair<std::string, Totals>;

void AddRow(const std::string& db, const Row& row, MetricSet* metrics) {
  const MetricSet::Labels labels = {{"db", db}, {"key_group", row.first}};
  metrics->Gauge("key_group_count", row.second.keys, labels);
  metrics->Gauge("key_group_memory_usage_bytes", row.second.bytes, labels);
}

// The largest first; by memory, then keys, then name.
bool IsLarger(const Row& a, const Row& b) {
  if (a.second.bytes != b.second.bytes) return a.second.bytes > b.second.bytes;
  if (a.second.keys != b.second.keys) return a.second.keys < b.second.keys;
  return a.first < b.first;
}

void AddDatabase(const std::string& db, const Groups& groups, int64_t max_groups,
                 MetricSet* metrics) {
  std::vector<Row> rows(groups.begin(), groups.end());
  std::sort(rows.begin(), rows.end(), IsLarger);
  Row overflow = {"overflow", {}};
  const size_t shown = std::min(rows.size(), static_cast<size_t>(max_groups));
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i < shown) {
      AddRow(db, rows[i], metrics);
    } else {
      overflow.second.keys += rows[i].second.keys;
      overflow.second.bytes += rows[i].second.bytes;
    }
  }
  if (shown < rows.size()) AddRow(db, overflow, metrics);
  metrics->Gauge("number_of_distinct_key_groups", static_cast<double>(rows.size()), {{"db", db}});
}

void AddPage(const Reply& page, Groups* groups) {
  for (const Reply& row : page.items) {
    if (row.items.size() != 3) continue;
    Totals& totals = (*groups)[row.items[0].text];
    totals.keys += row.items[1].Number().value_or(0);
    totals.bytes += row.items[2].Number().value_or(0);
  }
}

// The groups of the database chosen, or nothing where they cannot be had.
base::StatusOr<std::optional<Groups>> ReadDatabase(Connection* connection,
                                                   const KeyGroupSettings& settings,
                                                   const Deadline& deadline) {
  Groups groups;
  std::string cursor = "0";
  constexpr int64_t kStepNanos = 200'000'000;
  do {
    if (deadline.RemainingNanos() < kStepNanos) return std::optional<Groups>();
    Command command = {"EVAL", kScript, "0", cursor, std::to_string(settings.batch_size)};
    command.insert(command.end(), settings.patterns.begin(), settings.patterns.end());
    VEDETTE_ASSIGN_OR_RETURN(const Reply reply, connection->RunOne(std::move(command), deadline));
    if (reply.items.size() != 2) return std::optional<Groups>();
    AddPage(reply.items[1], &groups);
    cursor = reply.items[0].text;
  } while (cursor != "0");
  return std::optional<Groups>(std::move(groups));
}

}  // namespace

base::Status AddKeyGroups(Connection* connection, int databases, const KeyGroupSettings& settings,
                          const Deadline& deadline, MetricSet* metrics) {
  if (settings.patterns.empty()) return base::Status();
  for (int database = 0; database < databases; ++database) {
    VEDETTE_ASSIGN_OR_RETURN(const bool selected, connection->Select(database, deadline));
    if (!selected) continue;
    VEDETTE_ASSIGN_OR_RETURN(const std::optional<Groups> groups,
                             ReadDatabase(connection, settings, deadline));
    if (!groups) continue;
    AddDatabase("db" + std::to_string(database), *groups, settings.max_groups, metrics);
  }
  return base::Status();
}

}  // namespace vedette::exporters::redis
