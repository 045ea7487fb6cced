#include "base/http/name_resolver.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

#include "base/mutex.h"

namespace vedette::base::http {
namespace {

using SteadyTime = std::chrono::steady_clock;

constexpr size_t kMaxSlowNames = 10'000;  // that are remembered

}  // namespace

// A look-up under way.
struct NameResolver::Asked {
  explicit Asked(bool is_slow) : slow(is_slow) {}
  const bool slow;
  const SteadyTime::time_point began = SteadyTime::now();
  Mutex mutex;
  CondVar changed;
  std::optional<StatusOr<Addresses>> answer VEDETTE_GUARDED_BY(mutex);

  void Give(StatusOr<Addresses> found) {
    MutexLock lock(mutex);
    answer = std::move(found);
    changed.NotifyAll();
  }
};

struct NameResolver::Shared {
  Shared(LookUp look_up_name, std::chrono::milliseconds slow_time)
      : look_up(std::move(look_up_name)), slow(slow_time) {}
  const LookUp look_up;
  const std::chrono::milliseconds slow;
  Mutex mutex;
  std::map<std::string, std::shared_ptr<Asked>> asked VEDETTE_GUARDED_BY(mutex);  // by name
  size_t slow_asked VEDETTE_GUARDED_BY(mutex) = 0;
  std::set<std::string> slow_names VEDETTE_GUARDED_BY(mutex);

  bool HasRoom(bool is_slow) VEDETTE_REQUIRES(mutex) {
    if (asked.size() >= kMaxThreadsInAll) return false;
    if (is_slow) return slow_asked < kMaxThreads / 2;
    const auto overdue = SteadyTime::now() - slow;
    const auto young = std::count_if(asked.begin(), asked.end(), [overdue](const auto& item) {
      return !item.second->slow && item.second->began > overdue;
    });
    return static_cast<size_t>(young) < kMaxThreads;
  }

  void Run(const std::string& host, const std::shared_ptr<Asked>& one) {
    const auto began = SteadyTime::now();
    StatusOr<Addresses> found = look_up(host);
    {
      MutexLock lock(mutex);
      slow_names.erase(host);
      if (slow_names.size() >= kMaxSlowNames) slow_names.clear();
      if (SteadyTime::now() - began >= slow) slow_names.insert(host);
      if (one->slow) --slow_asked;
      asked.erase(host);
    }
    one->Give(std::move(found));
  }
};

NameResolver::NameResolver(LookUp look_up, std::chrono::milliseconds slow)
    : shared_(std::make_shared<Shared>(std::move(look_up), slow)) {}

StatusOr<std::shared_ptr<NameResolver::Asked>> NameResolver::Ask(
    const std::shared_ptr<Shared>& shared, const std::string& host) {
  MutexLock lock(shared->mutex);
  if (const auto at = shared->asked.find(host); at != shared->asked.end()) return at->second;
  const bool slow = shared->slow_names.contains(host);
  if (!shared->HasRoom(slow)) return Unavailable("resolve: too many look-ups under way");
  auto one = std::make_shared<Asked>(slow);
  try {
    std::thread thread([shared, host, one] { shared->Run(host, one); });
    pthread_setname_np(thread.native_handle(), "http-resolve");
    thread.detach();
  } catch (const std::system_error& error) {
    return Unavailable(std::string("resolve: no thread: ") + error.what());
  }
  if (slow) ++shared->slow_asked;
  shared->asked.emplace(host, one);
  return one;
}

StatusOr<NameResolver::Addresses> NameResolver::Resolve(const std::string& host,
                                                        const Patience& patience) {
  VEDETTE_ASSIGN_OR_RETURN(const std::shared_ptr<Asked> one, Ask(shared_, host));
  const std::stop_callback wake(patience.stop, [one] {
    MutexLock lock(one->mutex);
    one->changed.NotifyAll();
  });
  MutexLock lock(one->mutex);
  while (!one->answer) {
    if (patience.stop.stop_requested()) return Cancelled("resolve: stopped");
    const auto left = patience.deadline - SteadyTime::now();
    if (left.count() <= 0) return DeadlineExceeded("resolve: timed out");
    one->changed.WaitFor(one->mutex, left);
  }
  return *one->answer;
}

}  // namespace vedette::base::http
