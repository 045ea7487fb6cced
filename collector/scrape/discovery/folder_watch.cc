#include "collector/scrape/discovery/folder_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace vedette::scrape {
namespace {

constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE |
                             IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr size_t kBufferBytes = 64 << 10;

struct Change {
  std::string folder;
  std::string name;
  bool complete = false;
};

}  // namespace

FolderWatch::FolderWatch(OnChange on_change)
    : on_change_(std::move(on_change)),
      inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC)) {
  if (inotify_ >= 0 && wake_ >= 0) thread_ = std::thread([this] { Run(); });
}

FolderWatch::~FolderWatch() {
  if (thread_.joinable()) {
    const uint64_t one = 1;
    while (::write(wake_, &one, sizeof one) < 0 && errno == EINTR) {
    }
    thread_.join();
  }
  if (inotify_ >= 0) ::close(inotify_);
  if (wake_ >= 0) ::close(wake_);
}

base::Status FolderWatch::Watch(const std::string& folder) {
  const base::MutexLock lock(mutex_);
  if (inotify_ < 0) return base::Unavailable("inotify: no instance left for this user");
  const int watch = ::inotify_add_watch(inotify_, folder.c_str(), kEvents);
  if (watch < 0) return base::FromErrno(errno, "inotify: " + folder);
  folders_[watch].insert(folder);
  return {};
}

void FolderWatch::Run() {
  std::array<pollfd, 2> waits = {pollfd{inotify_, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
  for (;;) {
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
    if (waits[1].revents != 0) return;
    if (waits[0].revents != 0) Read();
  }
}

void FolderWatch::Read() {
  alignas(inotify_event) std::array<char, kBufferBytes> buffer;
  std::vector<Change> changes;
  for (ssize_t n = 0; (n = ::read(inotify_, buffer.data(), buffer.size())) > 0;) {
    const base::MutexLock lock(mutex_);
    for (size_t at = 0; at + sizeof(inotify_event) <= static_cast<size_t>(n);) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        for (const auto& [watch, names] : folders_) {
          for (const std::string& folder : names) changes.push_back({folder, "", false});
        }
        continue;
      }
      const auto folder = folders_.find(event.wd);
      if (folder == folders_.end()) continue;
      const bool complete = (event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
      for (const std::string& known_as : folder->second) {
        changes.push_back({known_as, event.len > 0 ? name : "", complete});
      }
      if ((event.mask & IN_IGNORED) != 0) folders_.erase(folder);
    }
  }
  for (const Change& change : changes) on_change_(change.folder, change.name, change.complete);
}

}  // namespace vedette::scrape
