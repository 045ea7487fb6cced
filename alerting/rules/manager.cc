#include "alerting/rules/manager.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "alerting/rules/group.h"
#include "base/strings.h"

namespace vedette::rules {
namespace {

constexpr int64_t kIdleMs = 1000;

Group::Counters MakeCounters(base::Telemetry* telemetry) {
  if (telemetry == nullptr) return {};
  Group::Counters counters;
  counters.evaluations =
      telemetry->NewCounter("vedette_rules_evaluations_total", "Rules evaluated.");
  counters.failures =
      telemetry->NewCounter("vedette_rules_failures_total", "Rule evaluations that failed.");
  counters.missed =
      telemetry->NewCounter("vedette_rules_iterations_missed_total",
                            "Group iterations skipped because an earlier one was late.");
  return counters;
}

}  // namespace

Manager::Manager(const Options& options) : options_(options) {}

Manager::~Manager() { Stop(); }

base::Status Manager::SetGroups(std::vector<GroupSpec> specs) {
  const Group::Counters counters = MakeCounters(options_.telemetry);
  std::vector<std::shared_ptr<Group>> fresh;
  std::set<std::string> identities;
  for (GroupSpec& spec : specs) {
    auto group = std::make_shared<Group>(std::move(spec), &options_, counters);
    if (!identities.insert(group->Identity()).second) {
      return base::InvalidArgument("two groups called " + base::GoQuote(group->spec().name) +
                                   " in " + group->spec().file);
    }
    fresh.push_back(std::move(group));
  }
  base::MutexLock lock(mutex_);
  const int64_t now_ms = options_.clock->WallMillis();
  for (const auto& group : fresh) {
    group->RestoreFromState();
    for (const auto& old : groups_) {
      if (old->Identity() == group->Identity()) group->TakeOver(old.get());
    }
    group->Schedule(now_ms);
  }
  for (const auto& old : groups_) old->EndSeries(now_ms);
  groups_ = std::move(fresh);
  DropStateOf(groups_);
  return absl::OkStatus();
}

// Erases the saved state of rules that are not in `groups`.
void Manager::DropStateOf(const std::vector<std::shared_ptr<Group>>& groups) {
  std::set<std::string> known;
  for (const auto& group : groups) known.merge(group->StateKeys());
  base::DurableMap::Batch batch;
  for (const auto& [key, value] : options_.state->Scan("rule/")) {
    if (known.find(key) == known.end()) batch.Erase(key);
  }
  const base::Status status = options_.state->Commit(batch);
  if (!status.ok()) {
    options_.log->Warn("state of removed rules not erased", {{"reason", base::Message(status)}});
  }
}

int64_t Manager::RunDue(std::stop_token stop) {
  std::vector<std::shared_ptr<Group>> groups;
  {
    base::MutexLock lock(mutex_);
    groups = groups_;
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a->due_ms() < b->due_ms(); });
  for (const auto& group : groups) {
    if (stop.stop_requested()) break;
    const int64_t now_ms = options_.clock->WallMillis();
    // The wall clock may have been set back: what was due far ahead is planned anew.
    if (group->due_ms() > now_ms + 2 * group->Snapshot().interval_ms) group->Schedule(now_ms);
    if (group->due_ms() <= now_ms) group->Evaluate(now_ms, stop);
  }
  int64_t next = options_.clock->WallMillis() + kIdleMs;
  for (const auto& group : groups) next = std::min(next, group->due_ms());
  return next;
}

void Manager::Start() {
  thread_ = std::jthread([this](std::stop_token stop) { Loop(stop); });
}

void Manager::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Manager::Loop(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const int64_t wait_ms = RunDue(stop) - options_.clock->WallMillis();
    const int64_t bounded = std::clamp<int64_t>(wait_ms, 1, kIdleMs);
    if (!options_.clock->SleepFor(std::chrono::milliseconds(bounded), stop)) return;
  }
}

std::vector<GroupSnapshot> Manager::Snapshot() const {
  std::vector<std::shared_ptr<Group>> groups;
  {
    base::MutexLock lock(mutex_);
    groups = groups_;
  }
  std::vector<GroupSnapshot> out;
  for (const auto& group : groups) out.push_back(group->Snapshot());
  return out;
}

}  // namespace vedette::rules
