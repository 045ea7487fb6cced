#ifndef VEDETTE_TESTS_COLLECTOR_TSDB_PROMETHEUS_PROMETHEUS_FILES_H_
#define VEDETTE_TESTS_COLLECTOR_TSDB_PROMETHEUS_PROMETHEUS_FILES_H_

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/codec/bytes.h"
#include "base/codec/crc32c.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "model/xor_chunk.h"

// Writes the files of Prometheus' store, small ones, for tests.

namespace vedette::tsdb::prometheus {

using TimedValues = std::vector<std::pair<int64_t, double>>;
using SeriesData = std::map<model::Labels, TimedValues>;

inline void PutBig(uint64_t value, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

inline void PutCrc(std::string_view of, std::string* out) { PutBig(base::Crc32c(of), 4, out); }

// A length of four bytes, the content, its checksum.
inline std::string Section(const std::string& content) {
  std::string out;
  PutBig(content.size(), 4, &out);
  out += content;
  PutCrc(content, &out);
  return out;
}

inline std::string XorChunk(const TimedValues& samples) {
  model::XorChunkWriter writer;
  for (const auto& [time_ms, value] : samples) writer.Append(time_ms, value);
  return writer.Take();
}

struct BlockFiles {
  std::string index;
  std::string chunks;
  std::string meta;
};

// A block of these series, `per_chunk` samples a chunk.
inline BlockFiles MakeBlock(const SeriesData& data, const std::string& ulid, int version = 2,
                            size_t per_chunk = 120) {
  BlockFiles files;
  PutBig(0x85BD40DD, 4, &files.chunks);
  files.chunks += std::string("\x01\0\0\0", 4);
  std::set<std::string> symbols;
  for (const auto& [labels, samples] : data) {
    for (const model::LabelView& label : labels) {
      symbols.emplace(label.name);
      symbols.emplace(label.value);
    }
  }
  PutBig(0xBAAAD700, 4, &files.index);
  files.index.push_back(static_cast<char>(version));
  const uint64_t symbols_at = files.index.size();
  std::string table;
  PutBig(symbols.size(), 4, &table);
  std::map<std::string, uint64_t> refs;
  for (const std::string& symbol : symbols) {
    // By number, in version 1 by place in the file.
    refs.emplace(symbol, version == 1 ? symbols_at + 4 + table.size() : refs.size());
    base::PutString(symbol, &table);
  }
  files.index += Section(table);
  if (version == 2) files.index.resize((files.index.size() + 15) / 16 * 16);
  const uint64_t series_at = files.index.size();
  for (const auto& [labels, samples] : data) {
    std::string entry;
    base::PutVarint(labels.size(), &entry);
    for (const model::LabelView& label : labels) {
      base::PutVarint(refs.at(std::string(label.name)), &entry);
      base::PutVarint(refs.at(std::string(label.value)), &entry);
    }
    base::PutVarint((samples.size() + per_chunk - 1) / per_chunk, &entry);
    int64_t last_max = 0;
    uint64_t last_ref = 0;
    for (size_t at = 0; at < samples.size(); at += per_chunk) {
      const TimedValues part(
          samples.begin() + static_cast<ptrdiff_t>(at),
          samples.begin() + static_cast<ptrdiff_t>(std::min(at + per_chunk, samples.size())));
      const uint64_t ref = files.chunks.size();
      if (at == 0) {
        base::PutSignedVarint(part.front().first, &entry);
      } else {
        base::PutVarint(static_cast<uint64_t>(part.front().first - last_max), &entry);
      }
      base::PutVarint(static_cast<uint64_t>(part.back().first - part.front().first), &entry);
      if (at == 0) {
        base::PutVarint(ref, &entry);
      } else {
        base::PutSignedVarint(static_cast<int64_t>(ref - last_ref), &entry);
      }
      last_max = part.back().first;
      last_ref = ref;
      const std::string chunk = "\x01" + XorChunk(part);
      base::PutVarint(chunk.size() - 1, &files.chunks);
      files.chunks += chunk;
      PutCrc(chunk, &files.chunks);
    }
    base::PutVarint(entry.size(), &files.index);
    files.index += entry;
    PutCrc(entry, &files.index);
    if (version == 2) files.index.resize((files.index.size() + 15) / 16 * 16);
  }
  const uint64_t end = files.index.size();
  std::string toc;
  for (const uint64_t at : {symbols_at, series_at, end, end, end, end}) PutBig(at, 8, &toc);
  files.index += std::string(8, '\0') + toc;
  PutCrc(toc, &files.index);
  int64_t min_ms = INT64_MAX;
  int64_t max_ms = INT64_MIN;
  for (const auto& [labels, samples] : data) {
    min_ms = std::min(min_ms, samples.front().first);
    max_ms = std::max(max_ms, samples.back().first);
  }
  files.meta = "{\"ulid\":\"" + ulid + "\",\"minTime\":" + std::to_string(min_ms) +
               ",\"maxTime\":" + std::to_string(max_ms + 1) +
               ",\"stats\":{\"numSamples\":1},\"compaction\":{\"level\":1,\"sources\":[\"" + ulid +
               "\"]},\"version\":1}";
  return files;
}

inline std::string SeriesRecord(uint64_t ref, const model::Labels& labels) {
  std::string out = "\x01";
  PutBig(ref, 8, &out);
  base::PutVarint(labels.size(), &out);
  for (const model::LabelView& label : labels) {
    base::PutString(label.name, &out);
    base::PutString(label.value, &out);
  }
  return out;
}

struct RefSample {
  uint64_t ref;
  int64_t time_ms;
  double value;
};
inline std::string SamplesRecord(const std::vector<RefSample>& samples) {
  std::string out = "\x02";
  PutBig(samples.front().ref, 8, &out);
  PutBig(static_cast<uint64_t>(samples.front().time_ms), 8, &out);
  for (const RefSample& sample : samples) {
    base::PutSignedVarint(static_cast<int64_t>(sample.ref - samples.front().ref), &out);
    base::PutSignedVarint(sample.time_ms - samples.front().time_ms, &out);
    PutBig(std::bit_cast<uint64_t>(sample.value), 8, &out);
  }
  return out;
}

// A segment of the log: each record in fragments that fit its pages. `flags` goes into each
// fragment's type; the records are compressed by the caller.
inline std::string WalSegmentOf(const std::vector<std::string>& records, uint8_t flags = 0) {
  constexpr size_t kPage = 32 << 10;
  std::string out;
  for (const std::string& record : records) {
    size_t at = 0;
    do {
      const size_t left = kPage - out.size() % kPage;
      if (left <= 7) {
        out.append(left, '\0');
        continue;
      }
      const size_t take = std::min(left - 7, record.size() - at);
      const bool first = at == 0;
      const bool last = at + take == record.size();
      const uint8_t type = first && last ? 1 : first ? 2 : last ? 4 : 3;
      const std::string piece = record.substr(at, take);
      out.push_back(static_cast<char>(type | flags));
      PutBig(piece.size(), 2, &out);
      PutCrc(piece, &out);
      out += piece;
      at += take;
      if (last) break;
    } while (true);
  }
  return out;
}

// One histogram; `type` is one of the four for them.
inline std::string HistogramRecord(uint8_t type, uint64_t ref, int64_t time_ms,
                                   const model::Histogram& h) {
  std::string out(1, static_cast<char>(type));
  const auto put_double = [&out](double v) { PutBig(std::bit_cast<uint64_t>(v), 8, &out); };
  PutBig(ref, 8, &out);
  PutBig(static_cast<uint64_t>(time_ms), 8, &out);
  out += std::string(2, '\0');  // the same series and time as the record's
  out.push_back(static_cast<char>(h.reset));
  base::PutSignedVarint(h.schema, &out);
  put_double(h.zero_threshold);
  if (h.is_float) {
    put_double(h.zero_count_float);
    put_double(h.count_float);
  } else {
    base::PutVarint(h.zero_count, &out);
    base::PutVarint(h.count, &out);
  }
  put_double(h.sum);
  for (const model::HistogramBuckets* side : {&h.positive, &h.negative}) {
    base::PutVarint(side->spans.size(), &out);
    for (const model::HistogramSpan& span : side->spans) {
      base::PutSignedVarint(span.offset, &out);
      base::PutVarint(span.length, &out);
    }
  }
  for (const model::HistogramBuckets* side : {&h.positive, &h.negative}) {
    base::PutVarint(side->deltas.size() + side->counts.size(), &out);
    for (const int64_t delta : side->deltas) base::PutSignedVarint(delta, &out);
    for (const double count : side->counts) put_double(count);
  }
  if (!h.is_custom()) return out;
  base::PutVarint(h.custom_bounds.size(), &out);
  for (const double bound : h.custom_bounds) put_double(bound);
  return out;
}

inline std::string HeadChunkFile(uint64_t ref, int64_t min_ms, int64_t max_ms, uint8_t encoding,
                                 const std::string& data) {
  std::string out;
  PutBig(0x0130BC91, 4, &out);
  out += std::string("\x01\0\0\0", 4);
  std::string chunk;
  PutBig(ref, 8, &chunk);
  PutBig(static_cast<uint64_t>(min_ms), 8, &chunk);
  PutBig(static_cast<uint64_t>(max_ms), 8, &chunk);
  chunk.push_back(static_cast<char>(encoding));
  base::PutVarint(data.size(), &chunk);
  chunk += data;
  PutCrc(chunk, &chunk);
  return out + chunk;
}
inline std::string HeadChunkFile(uint64_t ref, const TimedValues& samples) {
  return HeadChunkFile(ref, samples.front().first, samples.back().first, 1, XorChunk(samples));
}

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_TESTS_COLLECTOR_TSDB_PROMETHEUS_PROMETHEUS_FILES_H_
