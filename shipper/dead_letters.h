#ifndef VEDETTE_SHIPPER_DEAD_LETTERS_H_
#define VEDETTE_SHIPPER_DEAD_LETTERS_H_

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mutex.h"
#include "base/status.h"
#include "shipper/entry.h"

namespace vedette::shipper {

// Entries that the collector refused for good, kept for a person to look at: FORMAT.md.
// Thread-safe. Owned by the shipper.
class DeadLetters {
 public:
  static constexpr uint64_t kMaxBytes = 64ull << 20;

  DeadLetters(base::FileSystem* fs, base::Clock* clock, const std::string& folder);

  // On disk when it returns OK.
  base::Status Add(const std::string& source, const Entry& entry, std::string_view reason)
      VEDETTE_EXCLUDES(mutex_);

 private:
  base::FileSystem* const fs_;
  base::Clock* const clock_;
  const std::string path_;
  base::Mutex mutex_;
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_DEAD_LETTERS_H_
