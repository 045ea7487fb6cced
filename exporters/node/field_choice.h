#ifndef VEDETTE_EXPORTERS_NODE_FIELD_CHOICE_H_
#define VEDETTE_EXPORTERS_NODE_FIELD_CHOICE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace re2 {
class RE2;
}

namespace vedette::exporters::node {

// A field of a statistics file: whether to show it, and as what.
struct ChosenField {
  std::string group;  // "Tcp" in /proc/net/snmp; "" where fields stand alone
  std::string key;
  bool is_shown = false;
  std::string name;  // of the family
  std::string help;
};

// Which fields of a file a pattern shows. The kernel writes the same fields in the same order, so
// verdicts are kept by place: a scrape compares names and runs no pattern. One owner, a collector;
// one thread.
class FieldChoice {
 public:
  // Gives a shown field its name and help.
  using Describe = void (*)(ChosenField* field);

  // `flag` names the pattern in the error of one that is none. A field is matched as GROUP_KEY, or
  // as KEY where the group is empty.
  static base::StatusOr<FieldChoice> Make(const std::string& pattern, const std::string& flag,
                                          Describe describe);

  // The verdict on the field at `place`, counted over the file. Valid until the next call.
  const ChosenField& At(size_t place, std::string_view group, std::string_view key);

 private:
  // More fields than any kernel has; beyond, verdicts are not kept.
  static constexpr size_t kMaxPlaces = 4096;

  void Decide(std::string_view group, std::string_view key, ChosenField* field) const;

  std::shared_ptr<const re2::RE2> pattern_;
  Describe describe_ = nullptr;
  std::vector<ChosenField> places_;
  ChosenField spare_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_FIELD_CHOICE_H_
