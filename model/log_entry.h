#ifndef VEDETTE_MODEL_LOG_ENTRY_H_
#define VEDETTE_MODEL_LOG_ENTRY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"

namespace vedette::model {

// One log line. The line is the original bytes; structured metadata is a label set of its own.
struct LogEntry {
  int64_t timestamp_ns = 0;  // nanoseconds since the Unix epoch
  std::string line;
  Labels metadata;
};

// Entries of one stream, in the order sent.
struct LogStream {
  Labels labels;
  std::vector<LogEntry> entries;
};

// Where a pushed batch lies in its source, for exactly-once: the collector keeps one high-water
// mark a source and skips entries at or below it. Positions[i] belongs to the i-th entry of the
// batch, counted over all streams in the order of `LogPush::streams`.
struct SourcePositions {
  std::string source;  // "journal:MACHINE-ID:SEQNUM-ID" or "file:DEVICE:INODE:HEAD-HASH"
  std::vector<uint64_t> positions;
};

struct LogPush {
  std::vector<LogStream> streams;
  std::vector<SourcePositions> sources;  // at most one from our shipper, empty from others
  // Where the sink notes, before it calls back, the entries that it left out because it has them or
  // never takes such times: their indexes over all streams, rising. Null: nobody wants to know.
  std::shared_ptr<std::vector<size_t>> left_out = nullptr;
};

// The request header that carries them (model/source_header.h reads and writes it).
inline constexpr std::string_view kSourceHeader = "X-Vedette-Source";

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_LOG_ENTRY_H_
