#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/codec/compress.h"
#include "collector/logstore/block.h"
#include "collector/logstore/manifest.h"
#include "collector/logstore/push_record.h"

// Every decoder of the log store takes any bytes. Blocks are given their content compressed, so
// that mutations reach what is behind the frame; the first byte says how many rows to claim.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace logstore = vedette::logstore;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)logstore::Manifest::Decode(bytes);
  (void)logstore::PushRecord::Decode(bytes);
  if (bytes.empty()) return 0;
  const std::string_view raw = bytes.substr(1);
  logstore::BlockMeta meta;
  meta.rows = data[0];
  meta.raw_bytes = raw.size();
  meta.min_ns = INT64_MIN;
  meta.max_ns = INT64_MAX;
  const std::vector<logstore::StreamPtr> streams = {std::make_shared<const logstore::Stream>(),
                                                    std::make_shared<const logstore::Stream>()};
  (void)logstore::DecodeBlock(vedette::base::ZstdCompress(raw), meta, streams);
  return 0;
}
