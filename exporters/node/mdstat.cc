#include "exporters/node/mdstat.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

double CountOf(std::string_view text, std::string_view part) {
  double count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

// The two numbers of "[8/7]"; nothing when the line has none.
struct DiskCounts {
  double required;
  double active;
};
std::optional<DiskCounts> FindDiskCounts(std::string_view line) {
  for (size_t open = line.find('['); open != std::string_view::npos;
       open = line.find('[', open + 1)) {
    const std::string_view inside = line.substr(open + 1, line.find(']', open) - open - 1);
    const size_t slash = inside.find('/');
    if (slash == std::string_view::npos) continue;
    const auto required = base::ParseUint(inside.substr(0, slash));
    const auto active = base::ParseUint(inside.substr(slash + 1));
    if (required && active) {
      return DiskCounts{static_cast<double>(*required), static_cast<double>(*active)};
    }
  }
  return std::nullopt;
}

// The second line: "5853468288 blocks super 1.2 level 6, 64k chunk, algorithm 2 [8/8] [UUUUUUUU]".
base::Status ReadStatusLine(std::string_view head, std::string_view line, const std::string& path,
                            MdArray* array) {
  FieldScanner fields(line);
  std::string_view field;
  fields.Next(&field);
  const auto blocks = base::ParseUint(field);
  if (!blocks) return Malformed(path, "expected a number of blocks", line);
  array->blocks = static_cast<double>(*blocks);
  if (Contains(head, "raid0") || Contains(head, "linear")) {
    // Only disks have a number in brackets there.
    array->required = array->active = CountOf(head, "[");
    return base::Status();
  }
  if (Contains(head, "inactive")) return base::Status();
  const auto counts = FindDiskCounts(line);
  if (!counts) return Malformed(path, "expected [REQUIRED/ACTIVE] disks", line);
  array->required = counts->required;
  array->active = counts->active;
  return base::Status();
}

// "(16775552/195310144)" of a line that tells how far a rebuild is.
std::optional<uint64_t> BlocksDone(std::string_view line) {
  const size_t open = line.find('(');
  const size_t slash = line.find('/', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || slash == std::string_view::npos) return std::nullopt;
  return base::ParseUint(line.substr(open + 1, slash - open - 1));
}

base::Status ReadSyncLine(std::string_view line, const std::string& path, MdArray* array) {
  constexpr std::pair<const char*, const char*> kActions[] = {
      {"recovery", "recovering"}, {"reshape", "reshape"}, {"check", "check"}, {"resync", "resync"}};
  const auto action =
      std::find_if(std::begin(kActions), std::end(kActions),
                   [line](const auto& candidate) { return Contains(line, candidate.first); });
  array->blocks_synced = array->blocks;
  if (action == std::end(kActions)) return base::Status();
  array->state = action->second;
  if (Contains(line, "PENDING") || Contains(line, "DELAYED")) {
    array->blocks_synced = 0;
    return base::Status();
  }
  const auto done = BlocksDone(line);
  if (!done) return Malformed(path, "expected (DONE/TOTAL) blocks", line);
  array->blocks_synced = static_cast<double>(*done);
  return base::Status();
}

bool BeginsArray(std::string_view line) {
  return !base::Trim(line).empty() && line[0] != ' ' && line[0] != '\t' &&
         !base::StartsWith(line, "Personalities") && !base::StartsWith(line, "unused");
}

}  // namespace

base::StatusOr<std::vector<MdArray>> ParseMdstat(std::string_view text, const std::string& path) {
  const std::vector<std::string_view> lines = base::Split(text, '\n');
  const auto line_at = [&lines](size_t i) {
    return i < lines.size() ? lines[i] : std::string_view();
  };
  std::vector<MdArray> arrays;
  std::vector<std::string_view> fields;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!BeginsArray(lines[i])) continue;
    SplitFields(lines[i], &fields);
    if (fields.size() < 3) return Malformed(path, "expected NAME : STATE", lines[i]);
    MdArray& array = arrays.emplace_back();
    array.device = fields[0];
    array.state = fields[2];
    array.failed = CountOf(lines[i], "(F)");
    array.spare = CountOf(lines[i], "(S)");
    VEDETTE_RETURN_IF_ERROR(ReadStatusLine(lines[i], line_at(i + 1), path, &array));
    const size_t sync = Contains(line_at(i + 2), "bitmap") ? i + 3 : i + 2;
    VEDETTE_RETURN_IF_ERROR(ReadSyncLine(line_at(sync), path, &array));
  }
  return arrays;
}

}  // namespace vedette::exporters::node
