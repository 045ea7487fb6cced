// What the columns of day parts cost: bytes of stored lines, and the time to write and read them.
//   log_columns --day=DIR        logs of reference/logs/bench/gen_day.py, all files of DIR by time
//   log_columns --pushes=FILE    push bodies (protobuf, snappy), each behind its u32 length
#include <algorithm>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/logstore/columns/granule.h"
#include "model/log_push.h"
#include "own_cost.h"

namespace vedette::bench {
namespace {

using logstore::GranuleRow;

// Rows and all that they borrow.
struct Lines {
  std::vector<GranuleRow> rows;
  std::deque<std::string> files;
  std::deque<model::LogPush> pushes;
  std::deque<model::Labels> streams;
  absl::flat_hash_map<std::string, uint32_t> stream_ids;
  model::Labels none;

  uint32_t StreamOf(const model::Labels& labels) {
    return stream_ids.try_emplace(labels.bytes(), static_cast<uint32_t>(stream_ids.size()))
        .first->second;
  }
};

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void ReadDay(const std::string& folder, Lines* lines) {
  uint32_t stream = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string& text = lines->files.emplace_back(ReadAll(file.path()));
    std::string_view rest = text;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size() - 1);
      const std::string_view line = rest.substr(0, end);
      const size_t space = line.find(' ');
      lines->rows.push_back({base::ParseInt(line.substr(0, space)).value_or(0), 0, stream, false,
                             &lines->none, line.substr(space + 1)});
      rest.remove_prefix(end + 1);
    }
    ++stream;
  }
}

void ReadPushes(const std::string& file, Lines* lines) {
  const std::string bytes = ReadAll(file);
  std::string_view rest = bytes;
  uint64_t sequence = 1;
  while (rest.size() > 4) {
    uint32_t size = 0;
    std::memcpy(&size, rest.data(), sizeof(size));
    auto push = model::DecodeLogPush(*base::SnappyDecompress(rest.substr(4, size), 64 << 20));
    rest.remove_prefix(4 + size);
    for (const model::LogStream& stream : lines->pushes.emplace_back(*std::move(push)).streams) {
      const uint32_t id = lines->StreamOf(stream.labels);
      for (const model::LogEntry& entry : stream.entries) {
        lines->rows.push_back(
            {entry.timestamp_ns, sequence++, id, false, &entry.metadata, entry.line});
      }
    }
  }
}

class MeasuredGranules {
 public:
  bool Add(std::span<const GranuleRow> rows) {
    logstore::GranuleMeta meta;
    double start = CpuSeconds();
    const std::string stored(writer_.Encode(rows, &meta));
    encode_s_ += CpuSeconds() - start;
    raw_ += meta.line_bytes;
    directory_ += meta.directory_stored;
    blobs_ += meta.blobs_stored;
    filters_ += meta.filter_stored;
    ++granules_;

    start = CpuSeconds();
    const logstore::MemoryBlobs blobs(
        std::string_view(stored).substr(meta.directory_stored, meta.blobs_stored));
    auto granule = logstore::Granule::Parse(
        std::string_view(stored).substr(0, meta.directory_stored), meta, &blobs);
    if (!granule.ok() || !(*granule)->LoadLines().ok() || !(*granule)->LoadOrigins().ok()) {
      std::printf("granule does not load\n");
      return false;
    }
    load_s_ += CpuSeconds() - start;
    start = CpuSeconds();
    std::string line;
    bool same = true;
    for (size_t i = 0; i < rows.size(); ++i) {
      line.clear();
      (*granule)->AppendLine(i, &line);
      same = same && line == rows[i].line;
    }
    rebuild_s_ += CpuSeconds() - start;
    for (size_t i = 0; i < rows.size() && same; ++i) {
      same =
          (*granule)->times()[i] == rows[i].timestamp_ns &&
          (*granule)->stream(i) == rows[i].stream && (*granule)->metadata(i) == *rows[i].metadata &&
          (*granule)->sequence(i) == rows[i].sequence && (*granule)->sourced(i) == rows[i].sourced;
    }
    if (!same) std::printf("a line comes back changed\n");
    return same;
  }

  void Print() const {
    const double mb = static_cast<double>(raw_) / 1e6;
    const double stored = static_cast<double>(directory_ + blobs_ + filters_);
    std::printf(
        "%zu granules, %.1f MB of lines in %.2f MB (%.2f %%), of it directories %.2f MB, filters "
        "%.2f MB\n"
        "encode %.1f MB/s, load %.1f MB/s, rebuild %.1f MB/s; most memory %.0f MiB\n",
        granules_, mb, stored / 1e6, stored / 1e4 / mb, static_cast<double>(directory_) / 1e6,
        static_cast<double>(filters_) / 1e6, mb / encode_s_, mb / load_s_, mb / rebuild_s_,
        StatusMib("VmHWM:"));
  }

 private:
  logstore::GranuleWriter writer_;
  size_t granules_ = 0;
  uint64_t raw_ = 0;
  uint64_t directory_ = 0;
  uint64_t blobs_ = 0;
  uint64_t filters_ = 0;
  double encode_s_ = 0;
  double load_s_ = 0;
  double rebuild_s_ = 0;
};

int Run(std::string_view argument) {
  Lines lines;
  if (argument.starts_with("--day=")) {
    ReadDay(std::string(argument.substr(6)), &lines);
  } else if (argument.starts_with("--pushes=")) {
    ReadPushes(std::string(argument.substr(9)), &lines);
  } else {
    std::printf("usage: log_columns --day=DIR | --pushes=FILE\n");
    return 2;
  }
  std::stable_sort(lines.rows.begin(), lines.rows.end(),
                   [](const auto& a, const auto& b) { return a.timestamp_ns < b.timestamp_ns; });
  MeasuredGranules granules;
  std::span<const GranuleRow> rest = lines.rows;
  while (!rest.empty()) {
    size_t count = 0;
    uint64_t bytes = 0;
    while (count < rest.size() && count < logstore::kMaxGranuleRows &&
           bytes < logstore::kTargetGranuleBytes) {
      bytes += rest[count++].line.size();
    }
    if (!granules.Add(rest.first(count))) return 1;
    rest = rest.subspan(count);
  }
  granules.Print();
  return 0;
}

}  // namespace
}  // namespace vedette::bench

int main(int argc, char** argv) { return vedette::bench::Run(argc == 2 ? argv[1] : ""); }
