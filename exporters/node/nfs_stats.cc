#include "exporters/node/nfs_stats.h"

#include <optional>

#include "base/strings.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

constexpr const char* kVersion2[] = {"Null", "GetAttr", "SetAttr", "Root",   "Lookup",  "ReadLink",
                                     "Read", "WrCache", "Write",   "Create", "Remove",  "Rename",
                                     "Link", "SymLink", "MkDir",   "RmDir",  "ReadDir", "FsStat"};
constexpr const char* kVersion3[] = {
    "Null",    "GetAttr",     "SetAttr", "Lookup", "Access",   "ReadLink", "Read",   "Write",
    "Create",  "MkDir",       "SymLink", "MkNod",  "Remove",   "RmDir",    "Rename", "Link",
    "ReadDir", "ReadDirPlus", "FsStat",  "FsInfo", "PathConf", "Commit"};

}  // namespace

const std::span<const char* const> kNfs2Procedures = kVersion2;
const std::span<const char* const> kNfs3Procedures = kVersion3;

bool ParseRpcNumbers(std::string_view fields, std::vector<uint64_t>* numbers) {
  numbers->clear();
  FieldScanner scanner(fields);
  std::string_view field;
  while (scanner.Next(&field)) {
    std::optional<uint64_t> number = base::ParseUint(field);
    if (!number && base::ParseDouble(field)) number = 0;
    if (!number) return false;
    numbers->push_back(*number);
  }
  return true;
}

bool AddNfsProcedures(std::span<const uint64_t> numbers, std::span<const char* const> names,
                      ProcedureRange range, std::string_view version, FamilyRef* family) {
  if (numbers.empty() || numbers[0] != numbers.size() - 1 || numbers[0] < range.min_count)
    return false;
  const std::span<const uint64_t> counts = numbers.subspan(1);
  for (size_t i = range.first; i < names.size(); ++i) {
    if (names[i] == nullptr) continue;
    const uint64_t count = i < counts.size() ? counts[i] : 0;
    family->Add(static_cast<double>(count), {{"method", names[i]}, {"proto", version}});
  }
  return true;
}

}  // namespace vedette::exporters::node
