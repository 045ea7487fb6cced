#ifndef VEDETTE_TESTS_CONFORMANCE_EXPORTERS_REDIS_INVENTORY_H_
#define VEDETTE_TESTS_CONFORMANCE_EXPORTERS_REDIS_INVENTORY_H_

#include <string>

#include "tests/exporters/redis/page.h"

namespace vedette::exporters::redis {

// What a run has found. One thread.
class Tally {
 public:
  // Prints a failure at once.
  void Check(bool good, const std::string& what);
  int passed() const { return passed_; }
  int failed() const { return failed_; }

 private:
  int passed_ = 0;
  int failed_ = 0;
};

// Every redis_* family of `reference` is in `ours` with its type and sets of labels. Extras are
// printed, not counted.
void CompareFamilies(const std::string& name, const ParsedPage& reference, const ParsedPage& ours,
                     Tally* tally);

// The same series, and each of ours within what the peer said just before and just after. Values
// that are of the moment (memory, times, what belongs to one client) are compared by name only.
void CompareValues(const std::string& name, const ParsedPage& before, const ParsedPage& ours,
                   const ParsedPage& after, Tally* tally);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_TESTS_CONFORMANCE_EXPORTERS_REDIS_INVENTORY_H_
