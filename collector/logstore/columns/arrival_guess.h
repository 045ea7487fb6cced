#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_ARRIVAL_GUESS_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_ARRIVAL_GUESS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vedette::logstore {

// A push brings a stream's lines one behind the other, so that the next of a stream mostly is the
// one after the last.
class ArrivalGuess {
 public:
  explicit ArrivalGuess(size_t streams) : last_(streams, 0) {}
  // What row `stream` is thought to have; then tell what it has.
  uint64_t Next(size_t stream) const { return last_[stream] != 0 ? last_[stream] + 1 : any_ + 1; }
  void Tell(size_t stream, uint64_t sequence) { last_[stream] = any_ = sequence; }

 private:
  std::vector<uint64_t> last_;
  uint64_t any_ = 0;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_ARRIVAL_GUESS_H_
