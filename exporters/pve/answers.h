#ifndef VEDETTE_EXPORTERS_PVE_ANSWERS_H_
#define VEDETTE_EXPORTERS_PVE_ANSWERS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "base/thread_pool.h"
#include "exporters/pve/call_queue.h"
#include "exporters/pve/session.h"

namespace vedette::exporters::pve {

// Which of the API's paths a scrape needs.
struct Wanted {
  bool version = false;
  bool status = false;  // /cluster/status
  bool resources = false;
  bool backup_info = false;
  bool qdevice = false;
  // Of the node that is asked; these need `status`, which names it.
  bool guest_configs = false;
  bool replication = false;
  bool subscription = false;
};

// What the API answered to one scrape, by path. Filled by Fetch, each path asked once, as many at
// the same time as were allowed; const and thread-safe afterwards.
class Answers {
 public:
  void Fetch(const Wanted& wanted, Session* session, const Patience& patience,
             base::ThreadPool* pool, int parallel) VEDETTE_EXCLUDES(mutex_);

  // The answer, or null where the path was not asked.
  const Answer* Find(std::string_view path) const VEDETTE_EXCLUDES(mutex_);
  // The objects of the answer; its error annotated with the path.
  base::StatusOr<const std::vector<Record>*> Records(std::string_view path) const;
  // The name of the node that answers, from /cluster/status.
  base::StatusOr<std::string> LocalNode() const;
  // Whether any call was answered well.
  bool AnySuccess() const VEDETTE_EXCLUDES(mutex_);

 private:
  class Fetcher;
  void Put(std::string path, Answer answer) VEDETTE_EXCLUDES(mutex_);

  mutable base::Mutex mutex_;
  // Answers stay where they are: pointers to them live as long as this.
  std::map<std::string, Answer, std::less<>> by_path_ VEDETTE_GUARDED_BY(mutex_);
};

// Paths under a node, its names percent-encoded.
std::string NodePath(std::string_view node, std::string_view rest);
std::string GuestConfigPath(std::string_view node, std::string_view type, std::string_view vmid);
std::string ReplicationStatusPath(std::string_view node, std::string_view id);

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_ANSWERS_H_
