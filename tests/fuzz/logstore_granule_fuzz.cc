#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/compress.h"
#include "collector/logstore/columns/granule.h"

// A granule takes any directory and any blobs. The first two bytes say how many rows to claim, the
// next two how much of the rest is the directory, which is given compressed so that mutations reach
// what is behind the frame.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace logstore = vedette::logstore;
  if (size < 4) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 4, size - 4);
  const auto word = [&](size_t i) { return static_cast<size_t>(data[i] | data[i + 1] << 8); };
  const std::string_view directory = rest.substr(0, word(2));
  const logstore::MemoryBlobs blobs(rest.substr(directory.size()));
  const std::string stored = vedette::base::ZstdCompress(directory);
  logstore::GranuleMeta meta;
  meta.rows = word(0);
  meta.line_bytes = 1 << 20;
  meta.directory_stored = stored.size();
  meta.directory_bytes = directory.size();
  meta.blobs_stored = rest.size() - directory.size();
  const auto granule = logstore::Granule::Parse(stored, meta, &blobs);
  if (!granule.ok()) return 0;
  if ((*granule)->LoadOrigins().ok()) {
    for (size_t row = 0; row < (*granule)->rows(); ++row) {
      (void)(*granule)->stream(row);
      (void)(*granule)->metadata(row);
    }
  }
  // Column by column, as scans read fields.
  for (size_t shape = 0; shape < (*granule)->shapes(); ++shape) {
    if (!(*granule)->OpenShape(shape).ok()) continue;
    const auto& columns = (*granule)->shape(shape).columns;
    for (size_t slot = 0; slot < columns.size(); ++slot) {
      (void)columns[slot]->HoldsScalars(blobs);
      if ((*granule)->shape(shape).rows == 0 || !(*granule)->LoadSlot(shape, slot).ok()) continue;
      logstore::ValueTable values;
      columns[slot]->Gather(std::vector<uint32_t>{0}, &values);
    }
  }
  // As scans find out which lines may have something.
  logstore::GranuleCard card;
  logstore::LineForms forms;
  const std::vector<std::vector<std::string>> required = {{"a 12", "0123456789abcdef"}};
  logstore::LineJudge judge(required);
  const std::vector<bool> wanted(8, true);
  if ((*granule)->AddStreams(&card).ok() && (*granule)->AddForms(&forms, &card).ok()) {
    const auto candidates = card.Candidates(wanted, &judge, blobs);
    if (candidates.ok()) (void)(*granule)->SearchShapes(*candidates, wanted, required);
  }
  (*granule)->Unload();
  if (!(*granule)->LoadLines().ok()) return 0;
  std::string line;
  for (size_t row = 0; row < (*granule)->rows() && line.size() < (1 << 20); ++row) {
    (*granule)->AppendLine(row, &line);
  }
  return 0;
}
