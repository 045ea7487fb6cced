#include "collector/logstore/push_record.h"

#include "base/codec/bytes.h"

namespace vedette::logstore {

uint64_t PushRecord::EntryCount() const {
  uint64_t count = 0;
  for (const StreamEntries& stream : streams) count += stream.entries.size();
  return count;
}

std::string PushRecord::EncodeHead() const {
  std::string out;
  base::PutVarint(sequence, &out);
  base::PutSignedVarint(wall_ms, &out);
  base::PutString(source, &out);
  if (!source.empty()) base::PutVarint(mark, &out);
  return out;
}

std::string PushRecord::EncodeStreams() const {
  // What an entry takes beside its texts, about.
  constexpr size_t kEntryBytes = 20;
  size_t bytes = 64 + source.size();
  for (const StreamEntries& stream : streams) {
    bytes += stream.labels.bytes().size() + kEntryBytes;
    for (const Entry& entry : stream.entries) {
      bytes += entry.metadata->bytes().size() + entry.line.size() + kEntryBytes;
    }
  }
  std::string out;
  out.reserve(bytes);
  base::PutVarint(streams.size(), &out);
  for (const StreamEntries& stream : streams) {
    base::PutString(stream.labels.bytes(), &out);
    base::PutVarint(stream.entries.size(), &out);
    for (const Entry& entry : stream.entries) {
      base::PutSignedVarint(entry.timestamp_ns, &out);
      if (!source.empty()) base::PutVarint(entry.position, &out);
      base::PutString(entry.metadata->bytes(), &out);
      base::PutString(entry.line, &out);
    }
  }
  return out;
}

base::StatusOr<PushRecord> PushRecord::Decode(std::string_view payload) {
  base::ByteReader reader(payload);
  PushRecord record;
  record.sequence = reader.Varint();
  record.wall_ms = reader.SignedVarint();
  record.source = reader.String();
  if (!record.source.empty()) record.mark = reader.Varint();
  const uint64_t streams = reader.Varint();
  for (uint64_t s = 0; s < streams && reader.ok(); ++s) {
    auto labels = model::Labels::FromBytes(reader.String());
    if (!labels.ok()) return base::DataLoss("labels of a log record are damaged");
    StreamEntries stream{*std::move(labels), {}};
    const uint64_t entries = reader.Varint();
    for (uint64_t i = 0; i < entries && reader.ok(); ++i) {
      Entry entry;
      entry.timestamp_ns = reader.SignedVarint();
      if (!record.source.empty()) entry.position = reader.Varint();
      const std::string_view metadata = reader.String();
      // Most entries have that of the one before.
      if (record.own_metadata.empty() || record.own_metadata.back().bytes() != metadata) {
        auto pairs = model::Labels::FromBytes(metadata);
        if (!pairs.ok()) return base::DataLoss("metadata of a log record is damaged");
        record.own_metadata.push_back(*std::move(pairs));
      }
      entry.metadata = &record.own_metadata.back();
      entry.line = reader.String();
      stream.entries.push_back(std::move(entry));
    }
    record.streams.push_back(std::move(stream));
  }
  if (!reader.ok() || !reader.empty()) return base::DataLoss("log record is cut short or too long");
  return record;
}

}  // namespace vedette::logstore
