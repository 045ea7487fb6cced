#ifndef VEDETTE_APP_WRITTEN_METADATA_H_
#define VEDETTE_APP_WRITTEN_METADATA_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/strings.h"
#include "model/otlp/translator.h"
#include "model/sample.h"
#include "model/wire_batch.h"

namespace vedette::app {

// What remote write and OTLP say of metric families: type, help, unit. Of each the newest word
// stands; what nobody has said for an hour is forgotten, and all of it by a restart: senders say it
// again and again. Over a limit families that are new are left out. Thread-safe: pushes write, the
// API reads.
class WrittenMetadata {
 public:
  struct Limits {
    size_t max_families = 20'000;
    uint64_t max_bytes = 4 << 20;
    size_t max_text_bytes = 4096;  // of one family; longer ones are left out
  };
  static constexpr int64_t kKeptMs = 3'600'000;

  explicit WrittenMetadata(base::Clock* clock) : WrittenMetadata(clock, Limits()) {}
  WrittenMetadata(base::Clock* clock, const Limits& limits) : clock_(clock), limits_(limits) {}

  void Note(const model::WireBatch& batch) VEDETTE_EXCLUDES(mutex_);
  void Note(const std::vector<model::otlp::FamilyMetadata>& families) VEDETTE_EXCLUDES(mutex_);
  // By family.
  std::vector<std::pair<std::string, model::Metadata>> Snapshot() const VEDETTE_EXCLUDES(mutex_);

 private:
  struct Entry {
    model::Metadata metadata;
    int64_t said_ms = 0;
  };

  // Before each Note.
  void ForgetNowAndThen(int64_t now_ms) VEDETTE_REQUIRES(mutex_);
  void NoteOne(const model::WireBatch::FamilyView& view, int64_t now_ms) VEDETTE_REQUIRES(mutex_);
  void Forget(int64_t now_ms) VEDETTE_REQUIRES(mutex_);
  static uint64_t BytesOf(const std::string& family, const Entry& entry);

  base::Clock* const clock_;
  const Limits limits_;
  mutable base::Mutex mutex_;
  base::StringMap<Entry> families_ VEDETTE_GUARDED_BY(mutex_);
  uint64_t bytes_ VEDETTE_GUARDED_BY(mutex_) = 0;
  int64_t forgot_ms_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_WRITTEN_METADATA_H_
