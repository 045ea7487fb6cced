#include "collector/tsdb/prometheus/import_state.h"

#include <optional>
#include <vector>

#include "base/strings.h"
#include "collector/tsdb/prometheus/block_meta.h"

namespace vedette::tsdb::prometheus {
namespace {

constexpr std::string_view kFirstLine = "vedette prometheus import 1";

// "KEY VALUE"; false for a line that is none of ours.
bool ReadLine(std::string_view line, ImportState* state) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view key = line.substr(0, space);
  const std::string_view value = line.substr(space + 1);
  if (key == "block") return IsUlid(value) && state->blocks.emplace(value).second;
  const std::optional<uint64_t> number = base::ParseUint(value);
  if (!number) return false;
  if (key == "wal") state->wal_done = *number;
  if (key == "wbl") state->wbl_done = *number;
  return key == "wal" || key == "wbl";
}

}  // namespace

std::string ImportState::ToText() const {
  std::string text = base::Concat(
      {kFirstLine, "\nwal ", std::to_string(wal_done), "\nwbl ", std::to_string(wbl_done), "\n"});
  for (const std::string& ulid : blocks) text += base::Concat({"block ", ulid, "\n"});
  return text;
}

base::StatusOr<ImportState> ImportState::FromText(std::string_view text) {
  ImportState state;
  const std::vector<std::string_view> lines = base::Split(text, '\n');
  if (lines.front() != kFirstLine) {
    return base::DataLoss(base::Concat({"line 1: found ", base::GoQuote(lines.front()),
                                        "; allowed is ", base::GoQuote(kFirstLine)}));
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    if (i + 1 == lines.size() && lines[i].empty()) break;
    if (ReadLine(lines[i], &state)) continue;
    return base::DataLoss(
        base::Concat({"line ", std::to_string(i + 1), ": found ", base::GoQuote(lines[i]),
                      "; allowed are block ULID, wal NUMBER, wbl NUMBER"}));
  }
  return state;
}

base::StatusOr<ImportState> LoadImportState(base::FileSystem* fs, const std::string& path) {
  const base::StatusOr<std::string> text = fs->ReadFile(path);
  if (absl::IsNotFound(text.status())) return ImportState();
  if (!text.ok()) return text.status();
  base::StatusOr<ImportState> state = ImportState::FromText(*text);
  if (!state.ok()) return base::Annotate(state.status(), path);
  return state;
}

}  // namespace vedette::tsdb::prometheus
