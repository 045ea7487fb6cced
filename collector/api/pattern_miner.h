#ifndef VEDETTE_COLLECTOR_API_PATTERN_MINER_H_
#define VEDETTE_COLLECTOR_API_PATTERN_MINER_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::api {

// A shape that lines have in common, and how many had it when.
struct LinePattern {
  std::string pattern;  // as `|>` takes it: "<_>" stands for any text
  std::string level;
  std::map<int64_t, uint64_t> counts;  // by the beginning of the step, nanoseconds
  uint64_t total = 0;
};

// Finds the shapes of lines, one pass over them: Drain (He et al., 2017) with a tree of two levels,
// number of tokens and the first word. Words with a digit, and long ones, are taken for values from
// the beginning. Memory is bounded: at most `max_patterns` are held, of which the rarest half is
// let go when there are more. One thread.
class PatternMiner {
 public:
  PatternMiner(int64_t step_ns, size_t max_patterns)
      : step_ns_(step_ns), max_patterns_(max_patterns) {}

  void Add(std::string_view level, int64_t timestamp_ns, std::string_view line);
  // The most frequent first.
  std::vector<LinePattern> Take() const;

  size_t patterns() const { return clusters_; }

 private:
  struct Cluster {
    std::vector<std::string> tokens;  // empty: any text
    std::map<int64_t, uint64_t> counts;
    uint64_t total = 0;
  };
  struct Key {
    std::string level;
    size_t tokens = 0;
    std::string first;
    auto operator<=>(const Key&) const = default;
  };

  Cluster* Match(std::list<Cluster>* among, const std::vector<std::string_view>& tokens);
  void DropRarest();

  const int64_t step_ns_;
  const size_t max_patterns_;
  std::map<Key, std::list<Cluster>> groups_;
  size_t clusters_ = 0;
  std::vector<std::string_view> tokens_;  // of the line at hand
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_PATTERN_MINER_H_
