#ifndef VEDETTE_COLLECTOR_TSDB_MANIFEST_H_
#define VEDETTE_COLLECTOR_TSDB_MANIFEST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/status.h"

namespace vedette::tsdb {

inline constexpr std::string_view kManifestMagic = "VDTSMANI";
inline constexpr uint32_t kManifestVersion = 2;

// How far a part has been merged.
enum class PartLevel : uint8_t { kFlush = 0, kMerged = 1, kDay = 2 };

struct PartMeta {
  uint64_t id = 0;
  PartLevel level = PartLevel::kFlush;
  int64_t min_ms = 0;
  int64_t max_ms = 0;
  uint64_t samples = 0;
  uint64_t bytes = 0;
  int64_t created_ms = 0;
};

// What belongs to the store. A value; written whole each time. Format: FORMAT.md, "MANIFEST".
struct Manifest {
  uint64_t hash_seed = 0;
  uint64_t next_part = 1;
  uint64_t log_from = 0;             // rows of earlier log segments are in parts
  std::vector<PartMeta> parts;       // of one series and time the earlier part's sample stands
  std::vector<uint64_t> tombstones;  // numbers of the deletions that hold; version 1 had none
};

std::string EncodeManifest(const Manifest& manifest);
// InvalidArgument for a newer version, DataLoss for anything else that is no manifest.
base::StatusOr<Manifest> DecodeManifest(std::string_view bytes);

// "00000000000000ff.part"
std::string PartFileName(uint64_t id);
// False for a name that PartFileName does not give.
bool ParsePartFileName(std::string_view name, uint64_t* id);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_MANIFEST_H_
