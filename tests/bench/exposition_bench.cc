// Reading what a target of 1,600 series exposes, by format. Per scrape, not per series: a steady
// scrape asks for no labels, only for the bytes that say which series it is.
#include <benchmark/benchmark.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "base/strings.h"
#include "model/exposition/reader.h"
#include "model/exposition/writer.h"

namespace {

using namespace vedette::model::exposition;

constexpr int kFamilies = 100;
constexpr int kSeries = 16;

std::vector<Family> Families() {
  std::vector<Family> families;
  for (int f = 0; f < kFamilies; ++f) {
    Family family{"node_something_number_" + std::to_string(f) + "_total",
                  "Something that is counted.",
                  FamilyType::kCounter,
                  "",
                  {}};
    for (int s = 0; s < kSeries; ++s) {
      family.points.push_back({{{"device", "sd" + std::to_string(s)}, {"mode", "idle"}},
                               "",
                               1234567.0 * s + f / 7.0,
                               std::nullopt});
    }
    families.push_back(std::move(family));
  }
  return families;
}

std::string Bytes(int field, const std::string& value) {
  std::string out(1, static_cast<char>(field << 3 | 2));
  size_t size = value.size();
  for (; size >= 0x80; size >>= 7) out += static_cast<char>(size | 0x80);
  return out + static_cast<char>(size) + value;
}

std::string Double(int field, double value) {
  std::string out(1, static_cast<char>(field << 3 | 1));
  const auto bits = std::bit_cast<uint64_t>(value);
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(bits >> shift);
  return out;
}

std::string Protobuf() {
  std::string page;
  for (const Family& family : Families()) {
    std::string message = Bytes(1, family.name) + Bytes(2, family.help);
    for (const Point& point : family.points) {
      std::string metric;
      for (const auto& [name, value] : point.labels) {
        metric += Bytes(1, Bytes(1, name) + Bytes(2, value));
      }
      message += Bytes(4, metric + Bytes(3, Double(1, point.value)));
    }
    page += Bytes(0, message).substr(1);  // behind its length
  }
  return page;
}

void Read(benchmark::State& state, const std::string& page, Format format) {
  for (auto _ : state) {
    const auto reader = NewReader(page, format);
    double sum = 0;
    auto kind = reader->Next();
    for (; kind.ok() && *kind != EntryKind::kEnd; kind = reader->Next()) {
      if (*kind == EntryKind::kSeries) sum += reader->value();
    }
    if (!kind.ok()) state.SkipWithError("the page cannot be read");
    benchmark::DoNotOptimize(sum);
  }
  state.SetBytesProcessed(static_cast<int64_t>(page.size()) * state.iterations());
  state.SetItemsProcessed(int64_t{kFamilies} * kSeries * state.iterations());
}

void ReadText(benchmark::State& state) {
  Read(state, WriteFamilies(Families(), Format::kText), Format::kText);
}
BENCHMARK(ReadText)->Unit(benchmark::kMicrosecond);

// What a scrape does with a page whose series are those of the last one, in their order.
void ReadSteadyText(benchmark::State& state) {
  const std::string page = WriteFamilies(Families(), Format::kText);
  std::vector<KnownLine> lines;
  const auto first = NewReader(page, Format::kText);
  for (auto kind = first->Next(); *kind != EntryKind::kEnd; kind = first->Next()) {
    if (*kind != EntryKind::kSeries) continue;
    lines.push_back(KnownLine::Of(first->lead(), first->series()));
  }
  for (auto _ : state) {
    const auto reader = NewReader(page, Format::kText);
    size_t next = 0;
    double sum = 0;
    while (next < lines.size()) {
      if (*reader->NextIf(lines[next])) {
        sum += reader->value();
        ++next;
      } else {
        state.SkipWithError("a series is not where it was");
        break;
      }
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetBytesProcessed(static_cast<int64_t>(page.size()) * state.iterations());
  state.SetItemsProcessed(int64_t{kFamilies} * kSeries * state.iterations());
}
BENCHMARK(ReadSteadyText)->Unit(benchmark::kMicrosecond);

void ReadOpenMetrics(benchmark::State& state) {
  Read(state, WriteFamilies(Families(), Format::kOpenMetrics), Format::kOpenMetrics);
}
BENCHMARK(ReadOpenMetrics)->Unit(benchmark::kMicrosecond);

void ReadProtobuf(benchmark::State& state) { Read(state, Protobuf(), Format::kProtobuf); }
BENCHMARK(ReadProtobuf)->Unit(benchmark::kMicrosecond);

}  // namespace
