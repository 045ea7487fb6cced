#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_FOLDER_WATCH_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_FOLDER_WATCH_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "base/status.h"

namespace vedette::scrape {

// Says when files in folders change, by the kernel's inotify. Thread-safe; has one thread.
class FolderWatch {
 public:
  // `complete`: the file is whole now, its writer has closed it or it was moved here. An empty
  // name: anything in the folder may have changed. Called on the watch's own thread.
  using OnChange =
      std::function<void(const std::string& folder, const std::string& name, bool complete)>;

  explicit FolderWatch(OnChange on_change);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // Again for a folder that is watched is fine. Fails where there is no such folder or no room for
  // another watch: who asks looks now and then by itself too.
  base::Status Watch(const std::string& folder) VEDETTE_EXCLUDES(mutex_);

 private:
  void Run();
  void Read();

  const OnChange on_change_;
  int inotify_ = -1;
  int wake_ = -1;  // readable: the end has come
  base::Mutex mutex_;
  // By watch descriptor: a folder may be known by several names.
  std::map<int, std::set<std::string>> folders_ VEDETTE_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_FOLDER_WATCH_H_
