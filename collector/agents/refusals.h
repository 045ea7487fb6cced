#ifndef VEDETTE_COLLECTOR_AGENTS_REFUSALS_H_
#define VEDETTE_COLLECTOR_AGENTS_REFUSALS_H_

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::agents {

// An agent that is not listened to, and why.
struct Refusal {
  std::string host;
  std::string id;
  std::string peer;
  std::string reason;
  absl::StatusCode code = absl::StatusCode::kOk;
  int64_t last_ms = 0;  // wall time
  int64_t mono_ns = 0;  // the same moment
  uint64_t count = 0;
};

// The announcements refused lately, one a host and id. Bounded; not thread-safe: the registry's
// lock guards it.
class Refusals {
 public:
  static constexpr size_t kMost = 100;  // the oldest goes
  // So many lines a minute at most: whoever may announce could fill the log with them.
  static constexpr int kLinesAMinute = 10;

  // True if it should be logged: nobody was told yet, or the reason is another kind.
  bool Add(Refusal refusal);
  // The host and id are listened to now.
  void Remove(std::string_view host, std::string_view id);
  // Forgets what was refused before `mono_ns` alone.
  void RemoveBefore(int64_t mono_ns);
  // Latest first.
  std::vector<Refusal> All() const { return {refusals_.begin(), refusals_.end()}; }

 private:
  bool MayLog(int64_t mono_ns);

  std::list<Refusal> refusals_;
  int64_t minute_began_ns_ = 0;
  int lines_ = 0;
};

}  // namespace vedette::agents

#endif  // VEDETTE_COLLECTOR_AGENTS_REFUSALS_H_
