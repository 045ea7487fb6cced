#ifndef VEDETTE_EXPORTERS_NODE_MOUNT_STATS_H_
#define VEDETTE_EXPORTERS_NODE_MOUNT_STATS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace vedette::exporters::node {

// What statfs(2) says of a mount point. Sizes in bytes.
struct MountStat {
  int error = 0;           // errno; the rest counts only when it is 0
  bool timed_out = false;  // no answer in time, now or since an earlier call
  double size = 0;
  double free = 0;
  double available = 0;
  double files = 0;
  double files_free = 0;
};

MountStat StatMountPoint(const std::string& path);

// Asks many mount points at once, on threads of its own, and waits only so long: a dead NFS server
// blocks statfs for ever, and with it nothing but its own thread. A mount that has not answered is
// not asked again until it has; while one is stuck another thread takes its place, up to
// kMaxThreads.
//
// The destructor joins idle threads. A thread inside a stuck statfs cannot be woken by anybody: it
// is let go and holds no more than the state that it shares with its fellows.
//
// StatAll from one thread at a time.
class MountStats {
 public:
  using StatFunction = std::function<MountStat(const std::string& path)>;
  struct Question {
    std::string path;
    bool answers_at_once = false;  // it cannot hang: asked on the caller's thread
  };

  // `workers` threads at most as long as all mounts answer.
  MountStats(int workers, StatFunction stat);
  ~MountStats();
  MountStats(const MountStats&) = delete;
  MountStats& operator=(const MountStats&) = delete;

  // One result for each question, in that order.
  std::vector<MountStat> StatAll(const std::vector<Question>& questions,
                                 std::chrono::nanoseconds timeout);

  static constexpr int kMaxThreads = 64;

 private:
  struct Shared;
  std::vector<MountStat> AskThreads(const std::vector<std::string>& paths,
                                    std::chrono::nanoseconds timeout);

  const int workers_;
  const std::shared_ptr<Shared> shared_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_MOUNT_STATS_H_
