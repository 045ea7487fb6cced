#ifndef VEDETTE_EXPORTERS_RUNTIME_FLAT_PAGE_H_
#define VEDETTE_EXPORTERS_RUNTIME_FLAT_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/runtime/family_sink.h"
#include "model/exposition/format.h"
#include "model/exposition/writer.h"

namespace vedette::exporters {

// The flat families of a sink, to be written one after the other in the order of the page
// (family_text.h). Borrows the sink; one thread.
class FlatPage {
 public:
  explicit FlatPage(FamilySink* sink);

  bool AtEnd() const { return next_ == groups_.size(); }
  std::string_view NextName() const { return NameOf(groups_[next_].family); }
  // Appends the next family to `page`.
  void WriteNext(const model::exposition::PageFormat& format, std::string* page);

 private:
  // Families of one name and type: the first of them, and the points of all.
  struct Group {
    uint32_t family = 0;
    std::vector<const FamilySink::Point*>::iterator begin;
    std::vector<const FamilySink::Point*>::iterator end;
  };

  std::string_view NameOf(uint32_t family) const {
    return sink_.TextOf(sink_.families()[family].name);
  }
  std::vector<uint32_t> FamiliesByName() const;
  bool ValuesBefore(const FamilySink::Point& a, const FamilySink::Point& b) const;
  bool IsSameSeries(const FamilySink::Point& a, const FamilySink::Point& b) const;
  void Sort(Group* group) const;

  const FamilySink& sink_;
  std::vector<const FamilySink::Point*> points_;  // group after group
  std::vector<Group> groups_;
  size_t next_ = 0;
  std::vector<model::exposition::LabelView> labels_;
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_FLAT_PAGE_H_
