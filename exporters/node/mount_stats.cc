#include "exporters/node/mount_stats.h"

#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "base/mutex.h"

namespace vedette::exporters::node {
namespace {

using std::chrono::steady_clock;

// How long the batch may stand still before another thread is put to the queue.
constexpr std::chrono::milliseconds kPatience{100};
// An idle thread goes after this: a machine with one mount keeps no pool.
constexpr std::chrono::minutes kMountStatsIdle{2};

}  // namespace

MountStat StatMountPoint(const std::string& path) {
  struct statfs info {};
  MountStat stat;
  int result = 0;
  do {
    result = ::statfs(path.c_str(), &info);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    stat.error = errno;
    return stat;
  }
  // Blocks are counted in f_bsize, as upstream has it, not in f_frsize.
  const auto block = static_cast<double>(info.f_bsize);
  stat.size = static_cast<double>(info.f_blocks) * block;
  stat.free = static_cast<double>(info.f_bfree) * block;
  stat.available = static_cast<double>(info.f_bavail) * block;
  stat.files = static_cast<double>(info.f_files);
  stat.files_free = static_cast<double>(info.f_ffree);
  return stat;
}

// What the threads share with the object, and outlive it with where one is stuck.
struct MountStats::Shared {
  base::Mutex mutex;
  base::CondVar work;  // something was queued, or everything ends
  base::CondVar done;  // an answer came, or a thread ended
  std::deque<std::string> queue VEDETTE_GUARDED_BY(mutex);
  std::set<std::string> asked VEDETTE_GUARDED_BY(mutex);  // queued or being asked
  std::map<std::string, MountStat> answers VEDETTE_GUARDED_BY(mutex);
  int threads VEDETTE_GUARDED_BY(mutex) = 0;
  int busy VEDETTE_GUARDED_BY(mutex) = 0;
  bool stopping VEDETTE_GUARDED_BY(mutex) = false;
  StatFunction stat;  // const after construction

  // The next path to ask, or nothing when the thread shall end.
  std::optional<std::string> Next() VEDETTE_REQUIRES(mutex) {
    while (queue.empty() && !stopping) {
      if (!work.WaitFor(mutex, kMountStatsIdle) && queue.empty()) return std::nullopt;
    }
    if (stopping) return std::nullopt;
    std::string path = std::move(queue.front());
    queue.pop_front();
    return path;
  }

  void Run() VEDETTE_EXCLUDES(mutex) {
    mutex.Lock();
    while (std::optional<std::string> path = Next()) {
      ++busy;
      mutex.Unlock();
      const MountStat answer = stat(*path);
      mutex.Lock();
      --busy;
      asked.erase(*path);
      answers[*path] = answer;
      // Who waits is woken once: answers before the last one are seen then, or after its patience.
      if (queue.empty()) done.NotifyAll();
    }
    --threads;
    done.NotifyAll();
    mutex.Unlock();
  }

  static void AddThread(const std::shared_ptr<Shared>& self) VEDETTE_REQUIRES(self->mutex) {
    ++self->threads;
    std::thread([self] { self->Run(); }).detach();
  }
};

MountStats::MountStats(int workers, StatFunction stat)
    : workers_(std::clamp(workers, 1, kMaxThreads)), shared_(std::make_shared<Shared>()) {
  shared_->stat = std::move(stat);
}

// Threads end by themselves and are counted out here, which is what joining would do for those that
// are not stuck.
MountStats::~MountStats() {
  base::MutexLock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->work.NotifyAll();
  while (shared_->threads > shared_->busy) shared_->done.Wait(shared_->mutex);
}

std::vector<MountStat> MountStats::StatAll(const std::vector<Question>& questions,
                                           std::chrono::nanoseconds timeout) {
  std::vector<std::string> paths;
  for (const Question& question : questions) {
    if (!question.answers_at_once) paths.push_back(question.path);
  }
  std::vector<MountStat> waited = AskThreads(paths, timeout);
  auto next = waited.begin();
  std::vector<MountStat> stats;
  for (const Question& question : questions) {
    stats.push_back(question.answers_at_once ? shared_->stat(question.path) : *next++);
  }
  return stats;
}

std::vector<MountStat> MountStats::AskThreads(const std::vector<std::string>& paths,
                                              std::chrono::nanoseconds timeout) {
  if (paths.empty()) return {};
  const steady_clock::time_point end = steady_clock::now() + timeout;
  base::MutexLock lock(shared_->mutex);
  shared_->answers.clear();
  std::set<std::string> waiting;
  for (const std::string& path : paths) {
    if (!shared_->asked.insert(path).second) continue;  // still stuck
    shared_->queue.push_back(path);
    waiting.insert(path);
  }
  const int wanted = std::min<int>(workers_, static_cast<int>(shared_->queue.size() + 3) / 4);
  while (shared_->threads - shared_->busy < wanted && shared_->threads < kMaxThreads) {
    Shared::AddThread(shared_);
  }
  shared_->work.NotifyAll();

  size_t answered = 0;
  while (true) {
    for (const auto& [path, answer] : shared_->answers) waiting.erase(path);
    const auto left = end - steady_clock::now();
    if (waiting.empty() || left <= std::chrono::nanoseconds::zero()) break;
    const auto step = std::min<std::chrono::nanoseconds>(left, kPatience);
    shared_->done.WaitFor(shared_->mutex, step);
    const bool progress = shared_->answers.size() > answered;
    answered = shared_->answers.size();
    if (!progress && !shared_->queue.empty() && shared_->threads < kMaxThreads) {
      Shared::AddThread(shared_);
    }
  }
  // Who was not even begun may be asked again next time.
  for (const std::string& path : shared_->queue) shared_->asked.erase(path);
  shared_->queue.clear();

  std::vector<MountStat> stats;
  for (const std::string& path : paths) {
    const auto found = shared_->answers.find(path);
    stats.push_back(found != shared_->answers.end() ? found->second : MountStat{.timed_out = true});
  }
  return stats;
}

}  // namespace vedette::exporters::node
