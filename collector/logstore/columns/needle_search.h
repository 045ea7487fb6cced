#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_NEEDLE_SEARCH_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_NEEDLE_SEARCH_H_

#include <span>
#include <string_view>

#include "base/status.h"
#include "collector/logstore/columns/row_set.h"

namespace vedette::logstore {

// Where a needle may lie in the lines of one template: in a text, in a value, or over borders of
// both. What values have is for the class derived from it to say. Borrows all. One use.
class NeedleSearch {
 public:
  // `texts` are what is around the slots, one more than there are slots; adds to `places`.
  NeedleSearch(std::span<const std::string_view> texts, std::string_view needle, RowSet* places)
      : texts_(texts), needle_(needle.substr(0, kMostSearched)), places_(places) {}
  virtual ~NeedleSearch() = default;
  NeedleSearch(const NeedleSearch&) = delete;
  NeedleSearch& operator=(const NeedleSearch&) = delete;

  base::Status Run();

 protected:
  // Of a longer needle what comes first is looked for: slots are searched for each of its borders.
  static constexpr size_t kMostSearched = 64;

  // Adds at least the places whose value has `part`, which is not empty, in it.
  virtual base::Status Find(size_t slot, std::string_view part, RowSet* found) = 0;
  // What of the needle is looked for; parts lie in it.
  std::string_view needle() const { return needle_; }

 private:
  base::Status FindInSlot(size_t slot, std::string_view part);
  base::Status EndsInSlot(size_t slot);
  base::Status BeginsInSlot(size_t slot);
  base::Status FindFrom(size_t slot, std::string_view rest);
  bool GoesOn(size_t slot, std::string_view rest) const;
  size_t slots() const { return texts_.size() - 1; }

  const std::span<const std::string_view> texts_;
  const std::string_view needle_;
  RowSet* const places_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_NEEDLE_SEARCH_H_
