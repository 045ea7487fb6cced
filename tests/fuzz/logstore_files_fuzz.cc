#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/codec/bytes.h"
#include "base/codec/compress.h"
#include "collector/logstore/deletes.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/manifest.h"
#include "collector/logstore/minute_counts.h"
#include "collector/logstore/part.h"
#include "tests/support/fault_fs.h"

// What the log store's files hold, behind checksums that are right: mutations would never pass
// those. The first byte says which it is: manifest, deletes, counts, or the index of a part of
// either kind.
namespace vedette::logstore {
namespace {

// "MAGIC", version, checksum, body.
std::string Sealed(std::string_view magic, uint32_t version, std::string_view body) {
  std::string out(magic);
  base::PutFixed<uint32_t>(version, &out);
  base::PutFixed<uint64_t>(base::Hash64(body), &out);
  return out.append(body);
}

void OpenPart(std::string_view index, uint32_t version) {
  constexpr uint64_t kIndexOffset = 4096;
  const std::string stored = base::ZstdCompress(index);
  std::string file(kPartMagic);
  base::PutFixed<uint32_t>(version, &file);
  file.resize(kIndexOffset);
  file.append(stored);
  for (const uint64_t v : {kIndexOffset, uint64_t{stored.size()}, base::Hash64(stored)}) {
    base::PutFixed<uint64_t>(v, &file);
  }
  base::PutFixed<uint32_t>(version, &file);
  base::PutFixed<uint32_t>(0, &file);
  file.append(kPartEndMagic);
  test::FaultFs fs;
  const auto written = fs.Create("part");
  if (!written.ok() || !(*written)->Append(file).ok()) __builtin_trap();
  base::ByteReader day(index);
  const PartEntry entry{"part", day.SignedVarint(), file.size(), base::Hash64(stored)};
  StreamTable streams;
  const auto part = Part::Open(&fs, "", entry, &streams);
  if (!part.ok()) return;
  (void)(*part)->ReadCounts();
  for (size_t i = 0; i < (*part)->blocks().size() && i < 4; ++i) (void)(*part)->ReadBlock(i);
}

}  // namespace
}  // namespace vedette::logstore

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace logstore = vedette::logstore;
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0]) {
    case 'm':
      (void)logstore::Manifest::Decode(
          logstore::Sealed(logstore::kManifestMagic, logstore::kManifestVersion, body));
      break;
    case 'd':
      (void)logstore::DecodeDeletes(
          logstore::Sealed(logstore::kDeletesMagic, logstore::kDeletesVersion, body));
      break;
    case 'c':
      (void)logstore::MinuteCounts::Decode(body, 19675, 3);
      break;
    case 'r':
      logstore::OpenPart(body, logstore::kRowsPartVersion);
      break;
    case 'g':
      logstore::OpenPart(body, logstore::kColumnsPartVersion);
      break;
    default:
      break;
  }
  return 0;
}
