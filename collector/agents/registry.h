#ifndef VEDETTE_COLLECTOR_AGENTS_REGISTRY_H_
#define VEDETTE_COLLECTOR_AGENTS_REGISTRY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/durable_map/durable_map.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "collector/agents/address_policy.h"
#include "collector/agents/host_record.h"
#include "collector/agents/refusals.h"
#include "model/announcement.h"

namespace vedette::agents {

// A host as it is now.
struct HostState {
  HostRecord record;  // without the key's hash
  bool silent = false;
  int64_t silent_for_ms = 0;  // since it was heard last, by a clock that nobody steps
  int64_t heard_ms = 0;       // wall time; 0: not since the start
};

// The hosts whose agents announce themselves. The first id that claims a name owns it; the key
// shows that an id is who it was. Silence is measured by the monotonic clock, so that a step of the
// wall clock silences and forgets nobody. Owned by app; thread-safe; has no thread of its own:
// Sweep is to be called every few seconds.
class Registry {
 public:
  struct Options {
    base::DurableMap* state = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    base::Telemetry* telemetry = nullptr;
    AddressPolicy addresses;
    int64_t silent_after_ms = 2 * 60'000;
    int64_t forget_after_ms = 24 * 3'600'000;
    size_t max_hosts = 1000;
  };

  // Reads what is known. A host that was heard gets silent_after_ms to be heard again; of one that
  // was silent the silence goes on. InvalidArgument: a newer version wrote the state.
  static base::StatusOr<std::unique_ptr<Registry>> Open(Options options);

  // Takes what an agent says of its host, from the numeric address `peer`. A claim is on disk when
  // it returns OK; what an owner says of its host counts though it cannot be written just now, and
  // is written later. Errors, which the agent is to be told:
  //   InvalidArgument    a field is wrong
  //   PermissionDenied   the key is not the id's, or the address is not allowed
  //   AlreadyExists      the name is another id's, the id has another name just now, or a page is
  //                      scraped as another host's
  //   ResourceExhausted  there are max_hosts of them
  //   Unavailable        the claim could not be written
  base::Status Announce(const model::Announcement& announcement, const std::string& peer)
      VEDETTE_EXCLUDES(mutex_);
  // What Announce would say; changes nothing.
  base::Status Check(const model::Announcement& announcement, const std::string& peer) const
      VEDETTE_EXCLUDES(mutex_);

  // Sorted by host.
  std::vector<HostState> Hosts() const VEDETTE_EXCLUDES(mutex_);
  // Those of the last day, latest first.
  std::vector<Refusal> Refused() const VEDETTE_EXCLUDES(mutex_);

  // The host is known no more; an agent that goes on announcing it comes back as a new one.
  // NotFound for a name that is none; Unavailable as above.
  base::Status Forget(const std::string& host) VEDETTE_EXCLUDES(mutex_);
  // The next other id that claims the name gets it, as when a machine was made anew. Till then its
  // targets stay.
  base::Status Release(const std::string& host) VEDETTE_EXCLUDES(mutex_);

  // Notes who has become silent, forgets who was so for too long.
  void Sweep() VEDETTE_EXCLUDES(mutex_);

 private:
  struct Entry {
    HostRecord record;
    int64_t heard_mono_ns = 0;
    int64_t heard_ms = 0;
    bool saved = true;  // the record is on disk as it is here
  };
  // What an announcement changes.
  struct Change {
    HostRecord record;
    std::string replaced;  // a host that ends with it; empty: none
  };
  // What a sweep found: hosts to be forgotten, records to be.
  struct Swept {
    std::vector<std::string> gone;
    std::vector<std::pair<Entry*, HostRecord>> changed;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  explicit Registry(Options options);
  base::Status Load() VEDETTE_EXCLUDES(mutex_);
  base::StatusOr<Change> Decide(const model::Announcement& announcement,
                                const std::string& peer) const VEDETTE_REQUIRES(mutex_);
  base::Status CheckRename(const Entry* own, const std::string& host) const
      VEDETTE_REQUIRES(mutex_);
  base::Status CheckPages(const HostRecord& record) const VEDETTE_REQUIRES(mutex_);
  base::Status CheckOwner(const Entry& owner, const std::string& id) const VEDETTE_REQUIRES(mutex_);
  base::Status Take(Change change) VEDETTE_REQUIRES(mutex_);
  base::Status Write(const Change& change, bool is_claim, bool* saved) VEDETTE_REQUIRES(mutex_);
  void SayTaken(const Change& change, const Entry* before) VEDETTE_REQUIRES(mutex_);
  void Refuse(const model::Announcement& announcement, const std::string& peer,
              const base::Status& why) VEDETTE_REQUIRES(mutex_);
  const Entry* FindId(std::string_view id) const VEDETTE_REQUIRES(mutex_);
  int64_t SilentForMs(const Entry& entry) const;
  void SweepOne(Entry* entry, base::DurableMap::Batch* batch, Swept* swept)
      VEDETTE_REQUIRES(mutex_);
  void EndSweep(Swept swept) VEDETTE_REQUIRES(mutex_);
  void Count() VEDETTE_REQUIRES(mutex_);

  const Options options_;
  base::Counter* const taken_;
  base::Counter* const refused_;
  base::Gauge* const known_;
  base::Gauge* const silent_;
  mutable base::Mutex mutex_;
  Entries hosts_ VEDETTE_GUARDED_BY(mutex_);
  std::map<std::string, std::string, std::less<>> host_of_id_ VEDETTE_GUARDED_BY(mutex_);
  Refusals refusals_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::agents

#endif  // VEDETTE_COLLECTOR_AGENTS_REGISTRY_H_
