// What a part file costs: bytes a sample by what they are for, and CPU nanoseconds a sample to
// write and to read it.
//   part_size mgen PROGRAM [INSTANCES] [STEPS]
//   part_size pages FILE [INSTANCES] [STEP_MS]
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/fs.h"
#include "collector/tsdb/part.h"
#include "collector/tsdb/part_cursor.h"
#include "collector/tsdb/part_writer.h"
#include "own_cost.h"
#include "series_source.h"
#include "tests/support/temp_dir.h"

namespace vedette {
namespace {

using bench::CpuSeconds;
using Series = std::vector<model::SeriesSamples>;

void Check(const base::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

int64_t FirstMs(const Series& all) {
  int64_t first = INT64_MAX;
  for (const auto& one : all) first = std::min(first, one.timestamps_ms.front());
  return first;
}

tsdb::PartWriter::Sizes WritePart(base::FileSystem* fs, const std::string& path,
                                  const Series& all) {
  auto writer = tsdb::PartWriter::Create(fs, path, FirstMs(all));
  Check(writer.status());
  for (const auto& one : all) Check((*writer)->Add(one.labels, one.timestamps_ms, one.values));
  Check((*writer)->Finish());
  return (*writer)->sizes();
}

uint64_t ReadPart(const std::shared_ptr<const tsdb::Part>& part, int64_t min_ms) {
  std::vector<uint32_t> numbers;
  for (uint32_t i = 0; i < part->series(); ++i) numbers.push_back(i);
  tsdb::PartCursor cursor(part, numbers, {}, min_ms, INT64_MAX,
                          [](const base::Status& damage) { return damage; });
  uint64_t samples = 0;
  model::SeriesSamples one;
  while (true) {
    const auto more = cursor.Next();
    Check(more.status());
    if (!*more) return samples;
    one.timestamps_ms.clear();
    one.values.clear();
    Check(cursor.Read(&one));
    samples += one.size();
  }
}

void ShowReading(const char* what, const std::shared_ptr<const tsdb::Part>& part, int64_t min_ms) {
  const double begin = CpuSeconds();
  const uint64_t samples = ReadPart(part, min_ms);
  const double seconds = CpuSeconds() - begin;
  std::printf("%-24s %8.2f ns/sample %8.2f ms\n", what,
              seconds / static_cast<double>(samples) * 1e9, seconds * 1e3);
}

void Run(const Series& all) {
  const auto fs = base::NewPosixFileSystem();
  const test::TempDir dir;
  const std::string path = dir.Join("one.part");
  double begin = CpuSeconds();
  const tsdb::PartWriter::Sizes sizes = WritePart(fs.get(), path, all);
  const double written = CpuSeconds() - begin;
  const auto part = tsdb::Part::Open(fs.get(), path);
  Check(part.status());
  const auto samples = static_cast<double>((*part)->samples());
  std::printf("series %zu samples %.0f bytes %llu\n", all.size(), samples,
              static_cast<unsigned long long>((*part)->bytes()));
  const std::pair<const char*, uint64_t> rows[] = {
      {"values", sizes.values},     {"times", sizes.times},         {"series", sizes.series},
      {"postings", sizes.postings}, {"directory", sizes.directory}, {"all in", (*part)->bytes()}};
  for (const auto& [what, bytes] : rows) {
    std::printf("%-24s %10llu %8.4f B/sample\n", what, static_cast<unsigned long long>(bytes),
                static_cast<double>(bytes) / samples);
  }
  std::printf("%-24s %8.2f ns/sample\n", "write", written / samples * 1e9);
  ShowReading("read", *part, INT64_MIN);
  const int64_t day_ms = (*part)->max_ms() - (*part)->min_ms();
  ShowReading("read a 24th", *part, (*part)->max_ms() - day_ms / 24);
}

int Usage() {
  std::fprintf(stderr,
               "usage: part_size mgen PROGRAM [INSTANCES] [STEPS]\n"
               "       part_size pages FILE [INSTANCES] [STEP_MS]\n");
  return 2;
}

int Main(int argc, char** argv) {
  if (argc < 3) return Usage();
  const std::string kind = argv[1];
  const auto number = [&](int at, int otherwise) {
    return argc > at ? std::atoi(argv[at]) : otherwise;
  };
  if (kind != "mgen" && kind != "pages") return Usage();
  const auto all = kind == "mgen" ? bench::FromMgen(argv[2], number(3, 10), number(4, 240))
                                  : bench::FromPages(argv[2], number(3, 4), number(4, 15000));
  Check(all.status());
  Run(*all);
  return 0;
}

}  // namespace
}  // namespace vedette

int main(int argc, char** argv) { return vedette::Main(argc, argv); }
