#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_LINE_FORM_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_LINE_FORM_H_

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "collector/logstore/columns/packed_hex.h"
#include "collector/logstore/columns/slot_bound.h"

namespace vedette::logstore {

// A template of lines and what its slots have at most. Many granules have the same ones.
struct LineForm {
  struct Slot {
    SlotBound bound;
    // How it can be searched without opening the granule (GranuleCard::Bytes).
    SearchStyle search;
    friend bool operator==(const Slot&, const Slot&) = default;
  };
  std::string text;  // with kSlotMark in the place of every slot
  std::vector<Slot> slots;

  size_t Held() const { return sizeof *this + text.capacity() + slots.capacity() * sizeof(Slot); }
};

using LineFormPtr = std::shared_ptr<const LineForm>;

// Equal forms as one object. Thread-safe.
class LineForms {
 public:
  // `fresh` is told whether nobody had it.
  LineFormPtr Share(LineForm form, bool* fresh) VEDETTE_EXCLUDES(mutex_);
  // Forgets those that nobody has.
  void Sweep() VEDETTE_EXCLUDES(mutex_);
  size_t size() const VEDETTE_EXCLUDES(mutex_);

 private:
  void SweepLocked() VEDETTE_REQUIRES(mutex_);

  mutable base::Mutex mutex_;
  // By hash.
  absl::flat_hash_map<uint64_t, std::vector<LineFormPtr>> forms_ VEDETTE_GUARDED_BY(mutex_);
  size_t size_ VEDETTE_GUARDED_BY(mutex_) = 0;
  size_t sweep_at_ VEDETTE_GUARDED_BY(mutex_) = 1024;
};

// Whether lines of a form may have what a scan requires of them; each form is judged once. One
// thread. Borrows what is required: of every list at least one string.
class LineJudge {
 public:
  explicit LineJudge(const std::vector<std::vector<std::string>>& required) : required_(required) {}

  // A slot whose bytes can be searched, one of whose values has to have `needle` in it.
  struct Part {
    uint32_t slot = 0;
    std::string_view needle;
  };
  struct Verdict {
    LineFormPtr form;
    bool never = false;
    // Lists that a line satisfies only if one of their parts is found.
    std::vector<std::vector<Part>> open;
  };
  const Verdict& Of(const LineFormPtr& form);

 private:
  Verdict Judge(const LineForm& form) const;

  const std::vector<std::vector<std::string>>& required_;
  absl::flat_hash_map<const LineForm*, std::unique_ptr<Verdict>> verdicts_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_LINE_FORM_H_
