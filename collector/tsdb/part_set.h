#ifndef VEDETTE_COLLECTOR_TSDB_PART_SET_H_
#define VEDETTE_COLLECTOR_TSDB_PART_SET_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "collector/tsdb/manifest.h"
#include "collector/tsdb/part.h"
#include "collector/tsdb/part_writer.h"
#include "collector/tsdb/quarantine.h"
#include "collector/tsdb/tombstone.h"

namespace vedette::tsdb {

struct StoredPart {
  PartMeta meta;
  std::shared_ptr<const Part> part;
  TombstoneList deleted = {};  // those that hold for it; set by the PartSet
};
using PartList = std::vector<StoredPart>;

// The parts of a store, the deletions that hold for them and the manifest that names both. Snapshot
// and Tombstones are thread-safe; what changes the set (StartPart, Commit) is called by one thread
// at a time.
class PartSet {
 public:
  struct Options {
    std::string dir;
    base::FileSystem* fs = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* log = nullptr;
    Quarantine* quarantine = nullptr;
    PartSelections* lately = nullptr;  // of all parts; outlives them
    uint64_t new_seed = 0;             // for a store that has none yet
  };

  // A part on its way. Files whose Commit was not tried are removed by Discard.
  struct NewPart {
    uint64_t id = 0;
    std::string path;
    std::unique_ptr<PartWriter> writer;
  };

  struct Change {
    std::vector<StoredPart> added;  // finished; named after those that are there, or
    std::vector<uint64_t> removed;  // in the place of the first removed
    std::optional<uint64_t> log_from;
    // A deletion of what the parts there are hold; Commit gives it its number.
    std::optional<Tombstone> deletion;
    std::vector<uint64_t> removed_tombstones;
  };

  // Reads the manifest and opens what it names; removes files that it does not. Broken parts, a
  // broken manifest, folders among the files are set aside and reported; without a manifest the
  // parts that can be read are taken as they are. InvalidArgument for a newer version.
  static base::StatusOr<std::unique_ptr<PartSet>> Open(const Options& options);

  base::StatusOr<NewPart> StartPart(int64_t min_ms);
  // Finishes the file and opens it for reading.
  base::StatusOr<StoredPart> FinishPart(const NewPart& part, PartLevel level);
  void Discard(const std::string& path);

  // Makes the change durable, then visible, then removes the files it took out. After a failure
  // nothing has changed for readers; whether a restart sees the old or the new set is open, and
  // either is whole.
  base::Status Commit(Change change) VEDETTE_EXCLUDES(mutex_);

  // After somebody removed the folder: reports the parts and deletions that have no file any more
  // and leaves them out, here and in a manifest written anew.
  base::Status DropMissing() VEDETTE_EXCLUDES(mutex_);

  std::shared_ptr<const PartList> Snapshot() const VEDETTE_EXCLUDES(mutex_);
  TombstoneList Tombstones() const VEDETTE_EXCLUDES(mutex_);
  // As last written, for a backup of these parts. Of the changing thread.
  const Manifest& manifest() const { return manifest_; }
  std::string PartPath(uint64_t id) const;
  std::string TombstonePath(uint64_t id) const;
  uint64_t hash_seed() const { return manifest_.hash_seed; }
  uint64_t log_from() const { return manifest_.log_from; }

 private:
  explicit PartSet(const Options& options);
  base::Status Load();
  base::Status LoadManifest(bool* rebuild);
  base::Status OpenNamed();
  base::Status OpenAllFiles();
  // Keeps of the folder's files those in `named`, and what was set aside.
  base::Status RemoveUnnamed(const std::string& dir, const std::set<std::string>& named);
  base::Status OpenTombstones(bool rebuild);
  base::Status OpenTombstone(uint64_t id, TombstoneList* list);
  base::Status WriteTombstone(const Tombstone& tombstone);
  // Opens one part; sets it aside when it is broken (then null).
  base::StatusOr<std::shared_ptr<const Part>> OpenOrSetAside(uint64_t id);
  base::Status WriteManifest(const Manifest& manifest);
  void Publish(PartList list, TombstoneList tombstones) VEDETTE_EXCLUDES(mutex_);
  // After a Commit that failed the manifest on disk may name that change's parts: writes the one in
  // memory again, after which they can go.
  base::Status SettleOrphans();

  const Options options_;
  const std::string parts_dir_;
  const std::string tombstones_dir_;
  const std::string manifest_path_;
  Manifest manifest_;                 // as last written; the changing thread's
  std::vector<std::string> orphans_;  // files of a Commit that failed; the changing thread's
  mutable base::Mutex mutex_;
  std::shared_ptr<const PartList> list_ VEDETTE_GUARDED_BY(mutex_);
  TombstoneList tombstones_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_PART_SET_H_
