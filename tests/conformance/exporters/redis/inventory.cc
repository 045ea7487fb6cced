#include "tests/conformance/exporters/redis/inventory.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

bool IsOurs(std::string_view name) { return base::StartsWith(name, "redis_"); }

std::string Show(const std::set<std::string>& sets) {
  std::string text;
  for (const std::string& set : sets) text += base::Concat({"{", set, "}"});
  return text;
}

// Of one process, one connection or one moment.
bool IsOfTheMoment(std::string_view series) {
  for (const char* part : {"redis_exporter_",
                           "redis_allocator_",
                           "redis_memory_used",
                           "redis_mem_",
                           "redis_process",
                           "redis_client_recent",
                           "redis_connected_client_",
                           "redis_connected_clients",
                           "redis_expire_cycle_cpu",
                           "redis_uptime",
                           "redis_start_time",
                           "redis_hz",
                           "latencies_usec",
                           "latency_percentiles",
                           "redis_io_threads",
                           "_lag_seconds",
                           "redis_keyspace_",
                           "last_io_seconds",
                           "ping_reply_seconds",
                           "redis_slowlog_last_id",
                           "redis_slowlog_length",
                           "redis_last_slow",
                           "redis_rdb_changes",
                           "_duration_milliseconds",
                           "idle_seconds",
                           "redis_aof_current_size",
                           "cpu_"}) {
    if (series.find(part) != std::string_view::npos) return true;
  }
  return false;
}

// Series that one of the two exporters alone causes, or words on purpose in its own way.
bool ComesAndGoes(std::string_view series) {
  return series.find("redis_exporter_build_info") != std::string_view::npos ||
         series.find("exporter_last_scrape_error{err=\"dial") != std::string_view::npos ||
         series.find("connected_client_") != std::string_view::npos ||
         series.find("latencies_usec_bucket") != std::string_view::npos || !IsOurs(series);
}

bool IsCounter(std::string_view series, const ParsedPage& page) {
  const auto family = page.families.find(std::string(series.substr(0, series.find('{'))));
  return family != page.families.end() && family->second.type == "counter";
}

}  // namespace

void Tally::Check(bool good, const std::string& what) {
  ++(good ? passed_ : failed_);
  if (!good) std::printf("FAILED %s\n", what.c_str());
}

void CompareFamilies(const std::string& name, const ParsedPage& reference, const ParsedPage& ours,
                     Tally* tally) {
  for (const auto& [family, wanted] : reference.families) {
    if (!IsOurs(family)) continue;
    const auto found = ours.families.find(family);
    const bool is_there = found != ours.families.end();
    tally->Check(is_there, name + ": no " + family);
    if (!is_there) continue;
    tally->Check(found->second.type == wanted.type,
                 name + ": " + family + " is a " + found->second.type + ", not a " + wanted.type);
    tally->Check(
        found->second.label_sets == wanted.label_sets,
        name + ": " + family + Show(found->second.label_sets) + ", not " + Show(wanted.label_sets));
  }
  for (const auto& [family, own] : ours.families) {
    if (!reference.families.contains(family)) {
      std::printf("extra  %s: %s (%s)\n", name.c_str(), family.c_str(), own.type.c_str());
    }
  }
}

void CompareValues(const std::string& name, const ParsedPage& before, const ParsedPage& ours,
                   const ParsedPage& after, Tally* tally) {
  for (const auto& [series, first] : before.values) {
    if (ComesAndGoes(series) || !after.values.contains(series)) continue;
    const auto own = ours.values.find(series);
    tally->Check(own != ours.values.end(), name + ": no series " + series);
    if (own == ours.values.end() || IsOfTheMoment(series)) continue;
    const double last = after.values.at(series);
    const double drift = IsCounter(series, before) ? std::abs(last - first) : 0;
    const bool near = own->second >= std::min(first, last) - drift &&
                      own->second <= std::max(first, last) + drift;
    tally->Check(near, name + ": " + series + " is " + std::to_string(own->second) +
                           ", the peer's " + std::to_string(first) + " to " + std::to_string(last));
  }
  for (const auto& [series, value] : ours.values) {
    if (ComesAndGoes(series) || before.values.contains(series) || after.values.contains(series)) {
      continue;
    }
    std::printf("extra  %s: %s %g\n", name.c_str(), series.c_str(), value);
  }
}

}  // namespace vedette::exporters::redis
