#include "exporters/node/nfs_stats.h"

#include <algorithm>
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

bool ParseNumbers(std::string_view fields, std::vector<uint64_t>* numbers) {
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

}  // namespace

const std::span<const char* const> kNfs2Procedures = kVersion2;
const std::span<const char* const> kNfs3Procedures = kVersion3;

base::Status RpcFile::ForEachLine(const AddLine& add) {
  const auto text = file_.Read(path_);
  if (!text.ok()) return AbsentIsNoData(text.status());
  LineScanner lines(*text);
  std::string_view line;
  while (lines.Next(&line)) {
    const size_t end = line.find(' ');
    if (end == std::string_view::npos || !ParseNumbers(line.substr(end), &numbers_) ||
        !add(line.substr(0, end), numbers_)) {
      return Malformed(path_, "expected a known key and its numbers", line);
    }
  }
  return base::Status();
}

bool AddRpcRow(std::span<const RpcRow> rows, std::string_view key,
               std::span<const uint64_t> numbers, FamilySink* sink) {
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [key](const RpcRow& known) { return known.key == key; });
  if (row == rows.end() || numbers.size() != row->columns) return false;
  for (const RpcRow::Value& value : row->values) {
    if (value.family.name == nullptr) break;
    OpenFamily(value.family, sink).Add(static_cast<double>(numbers[value.column]));
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
