#include "exporters/process/groups.h"

#include <algorithm>
#include <utility>

namespace vedette::exporters::process {
namespace {

void AddThreads(const TrackedProcess& process, std::map<std::string, ThreadGroup>* threads) {
  for (const auto& [tid, thread] : process.threads) {
    ThreadGroup& group = (*threads)[thread.name];
    ++group.count;
    group.used.Add(thread.delta);
  }
}

void AddProcess(const TrackedProcess& process, Group* group) {
  ++group->processes;
  group->threads_count += static_cast<double>(process.threads_count);
  group->resident_bytes += process.resident_bytes;
  group->virtual_bytes += process.virtual_bytes;
  group->swap_bytes += process.swap_bytes;
  group->proportional_bytes += process.proportional_bytes;
  group->proportional_swap_bytes += process.proportional_swap_bytes;
  if (process.open_files) {
    const auto open = static_cast<double>(*process.open_files);
    group->open_files += open;
    if (process.open_files_limit > 0) {
      group->worst_files_ratio =
          std::max(group->worst_files_ratio, open / static_cast<double>(process.open_files_limit));
    }
  }
  group->oldest_start_seconds =
      std::min(group->oldest_start_seconds.value_or(process.start_seconds), process.start_seconds);
  group->states.Add(process.states);
  if (!process.wait_channel.empty()) ++group->wait_channels[process.wait_channel];
  for (const auto& [tid, thread] : process.threads) {
    if (!thread.wait_channel.empty()) ++group->wait_channels[thread.wait_channel];
  }
  group->used.Add(process.delta);
}

}  // namespace

void Groups::Update(const std::unordered_map<int64_t, TrackedProcess>& processes) {
  std::map<std::string, Group> before = std::exchange(groups_, {});
  for (const auto& [pid, process] : processes) {
    if (process.ignored) continue;
    Group& group = groups_[process.group];
    AddProcess(process, &group);
    AddThreads(process, &group.threads);
  }
  for (auto& [name, old] : before) {
    if (remove_empty_ && groups_.count(name) == 0) continue;
    Group& group = groups_[name];
    group.used.Add(old.used);
    for (auto& [thread_name, thread] : group.threads) {
      const auto known = old.threads.find(thread_name);
      if (known != old.threads.end()) thread.used.Add(known->second.used);
    }
  }
}

}  // namespace vedette::exporters::process
