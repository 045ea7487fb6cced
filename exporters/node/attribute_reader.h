#ifndef VEDETTE_EXPORTERS_NODE_ATTRIBUTE_READER_H_
#define VEDETTE_EXPORTERS_NODE_ATTRIBUTE_READER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "exporters/node/source_file.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::node {

// Reads the attributes of sysfs: files of one value each, of which drivers offer some and refuse
// others. One thread; one owner, a collector.
class AttributeReader {
 public:
  // The value without blanks and newlines around it, valid until the next call; nothing when there
  // is no such file or it cannot be read now.
  std::optional<std::string_view> Text(const std::string& path);
  // Nothing also when the file holds no decimal number.
  std::optional<int64_t> Int(const std::string& path);
  std::optional<double> Number(const std::string& path);

  // For attributes that must be there.
  base::StatusOr<std::string> RequiredText(const std::string& path);
  base::StatusOr<uint64_t> RequiredUint(const std::string& path) { return file_.ReadUint(path); }

 private:
  SourceFile file_;
};

// An attribute that is a number, and the family it becomes.
struct NumberAttribute {
  const char* file;
  const char* family;
  const char* help;
  double unit = 1;  // the family's value of one
  bool is_counter = false;
};

// The families of a table of attributes, in one scrape.
class AttributeFamilies {
 public:
  AttributeFamilies(std::span<const NumberAttribute> attributes, FamilySink* sink);

  // Adds every attribute that `folder` (with its slash) has.
  void AddPresent(const std::string& folder, std::span<const LabelRef> labels,
                  AttributeReader* reader);
  // Adds all of them; an absent one is an error.
  base::Status AddAll(const std::string& folder, std::span<const LabelRef> labels,
                      AttributeReader* reader);

 private:
  const std::span<const NumberAttribute> attributes_;
  std::vector<FamilyRef> families_;
};

// The digits of a name such as "cpu12"; nothing when it is not the prefix and digits alone.
std::optional<std::string_view> NumberAfter(std::string_view name, std::string_view prefix);

// The last component of where the link `path` finally leads, and the one before it; empty when it
// leads nowhere.
struct LinkTarget {
  std::string parent;
  std::string name;
};
LinkTarget ResolveLink(const std::string& path);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_ATTRIBUTE_READER_H_
