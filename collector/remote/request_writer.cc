#include "collector/remote/request_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/codec/bytes.h"
#include "model/histogram_wire.h"
#include "model/metadata_wire.h"
#include "model/wire_fields.h"

namespace vedette::remote {
namespace {

namespace v1 = model::v1;
namespace v2 = model::v2;

// A tag, a double, and two tagged varints of a sample, with tag and length before them.
constexpr size_t kMaxSampleBytes = 2 + 9 + 11 + 11;

char* PutVarint(uint64_t v, char* out) {
  for (; v >= 0x80; v >>= 7) *out++ = static_cast<char>(v | 0x80);
  *out++ = static_cast<char>(v);
  return out;
}

char* PutTag(uint8_t tag, char* out) {
  *out = static_cast<char>(tag);
  return out + 1;
}

char* PutDouble(uint8_t tag, double value, char* out) {
  out = PutTag(tag, out);
  std::memcpy(out, &value, sizeof(value));
  return out + sizeof(value);
}

void AppendMessage(uint8_t tag, std::string_view message, std::string* out) {
  out->push_back(static_cast<char>(tag));
  base::PutString(message, out);
}

// Both versions have it as field 2.
static_assert(v1::kSeriesSamples == v2::kSeriesSamples);
static_assert(v1::kSampleValue == 1 && v1::kSampleTimestamp == 2);

size_t PutSample(const model::SeriesSample& sample, bool with_start, char* out) {
  char* const message = PutTag(model::BytesTag(v1::kSeriesSamples), out) + 1;
  char* at = PutDouble(model::Fixed64Tag(v1::kSampleValue), sample.value, message);
  at = PutTag(model::VarintTag(v1::kSampleTimestamp), at);
  at = PutVarint(static_cast<uint64_t>(sample.time_ms), at);
  if (with_start && sample.start_ms != 0) {
    at = PutTag(model::VarintTag(v2::kSampleStart), at);
    at = PutVarint(static_cast<uint64_t>(sample.start_ms), at);
  }
  message[-1] = static_cast<char>(at - message);  // below 128
  return static_cast<size_t>(at - out);
}

}  // namespace

void RequestWriter::BeginRequest() {
  batch_.body.reserve(last_body_bytes_ + last_body_bytes_ / 8);
  if (!is_v2_) return;
  ++request_;
  next_local_ = 0;
  texts_.clear();
  AppendSymbol("");
}

Batch RequestWriter::Take() {
  last_body_bytes_ = batch_.body.size();
  return std::exchange(batch_, {});
}

void RequestWriter::Note(ItemKind kind, int64_t time_ms, uint64_t* count) {
  ++*count;
  batch_.newest_ms = std::max(batch_.newest_ms, time_ms);
  if (!keep_items_) return;
  batch_.oldest_ms = std::min(batch_.oldest_ms, time_ms);
  batch_.items.push_back({batch_.body.size(), time_ms, kind});
}

void RequestWriter::PutSeries(std::string_view labels, std::string_view fields) {
  char head[2 * 11];
  char* at = PutTag(model::BytesTag(is_v2_ ? v2::kTimeSeries : v1::kTimeSeries), head);
  if (!is_v2_) {
    at = PutVarint(labels.size() + fields.size(), at);
  } else {
    char length[10];
    const auto length_bytes = static_cast<size_t>(PutVarint(labels.size(), length) - length);
    at = PutVarint(1 + length_bytes + labels.size() + fields.size(), at);
    at = PutTag(model::BytesTag(v2::kSeriesLabelsRefs), at);
    std::memcpy(at, length, length_bytes);
    at += length_bytes;
  }
  batch_.body.append(head, static_cast<size_t>(at - head));
  batch_.body.append(labels);
  batch_.body.append(fields);
}

uint32_t RequestWriter::AppendSymbol(std::string_view text) {
  AppendMessage(model::BytesTag(v2::kSymbols), text, &batch_.symbols);
  return next_local_++;
}

uint32_t RequestWriter::LocalOf(const SeriesTable& table, uint32_t symbol) {
  if (symbol == 0) return 0;
  if (symbol >= locals_.size()) locals_.resize(std::max<size_t>(table.symbols(), symbol + 1));
  Local& local = locals_[symbol];
  if (local.request != request_) local = {request_, AppendSymbol(table.SymbolText(symbol))};
  return local.number;
}

uint32_t RequestWriter::LocalOfText(const SeriesTable& table, std::string_view text) {
  uint32_t symbol = 0;
  if (table.FindSymbol(text, &symbol)) return LocalOf(table, symbol);
  const auto known = texts_.find(text);
  if (known != texts_.end()) return known->second;
  const uint32_t local = AppendSymbol(text);
  texts_.emplace(std::string(text), local);
  return local;
}

void RequestWriter::PutRefs(const SeriesTable& table, const SeriesTable::Entry& entry) {
  constexpr size_t kMaxVarint32 = 5;
  const std::span<const uint32_t> symbols = table.Symbols(entry);
  refs_.resize(symbols.size() * kMaxVarint32);
  char* at = refs_.data();
  for (const uint32_t symbol : symbols) at = PutVarint(LocalOf(table, symbol), at);
  refs_.resize(static_cast<size_t>(at - refs_.data()));
}

void RequestWriter::PutRefsOf(const SeriesTable& table, const model::Labels& labels,
                              std::string* out) {
  out->clear();
  for (const model::LabelView& label : labels) {
    base::PutVarint(LocalOfText(table, label.name), out);
    base::PutVarint(LocalOfText(table, label.value), out);
  }
}

void RequestWriter::PutMetadata(const SeriesTable& table, const SeriesTable::Entry& entry) {
  const SeriesTable::Family& family = table.FamilyOf(entry);
  if (family.type == 0 && family.help == 0 && family.unit == 0) return;
  char message[3 * 6];
  char* at = PutTag(model::VarintTag(v2::kMetadataType), message);
  at = PutVarint(family.type, at);
  at = PutTag(model::VarintTag(v2::kMetadataHelpRef), at);
  at = PutVarint(LocalOf(table, family.help), at);
  at = PutTag(model::VarintTag(v2::kMetadataUnitRef), at);
  at = PutVarint(LocalOf(table, family.unit), at);
  AppendMessage(model::BytesTag(v2::kSeriesMetadata), {message, static_cast<size_t>(at - message)},
                &fields_);
}

void RequestWriter::AddSample(const SeriesTable& table, const SeriesTable::Entry& entry,
                              const model::SeriesSample& sample) {
  if (batch_.empty()) BeginRequest();
  char bytes[kMaxSampleBytes];
  const size_t size = PutSample(sample, is_v2_, bytes);
  if (!is_v2_) {
    PutSeries(table.LabelFields(entry), {bytes, size});
  } else {
    PutRefs(table, entry);
    fields_.assign(bytes, size);
    PutMetadata(table, entry);
    PutSeries(refs_, fields_);
  }
  Note(ItemKind::kSample, sample.time_ms, &batch_.counts.samples);
}

void RequestWriter::AddHistogram(const SeriesTable& table, const SeriesTable::Entry& entry,
                                 const model::HistogramSample& sample) {
  if (batch_.empty()) BeginRequest();
  fields_.clear();
  AppendMessage(
      model::BytesTag(is_v2_ ? v2::kSeriesHistograms : v1::kSeriesHistograms),
      model::EncodeHistogram(*sample.histogram, sample.time_ms, is_v2_ ? sample.start_ms : 0),
      &fields_);
  if (!is_v2_) {
    PutSeries(table.LabelFields(entry), fields_);
  } else {
    PutRefs(table, entry);
    PutMetadata(table, entry);
    PutSeries(refs_, fields_);
  }
  Note(ItemKind::kHistogram, sample.time_ms, &batch_.counts.histograms);
}

void RequestWriter::AddExemplar(const SeriesTable& table, const model::Labels& series,
                                const model::Exemplar& exemplar) {
  if (batch_.empty()) BeginRequest();
  static_assert(v1::kExemplarValue == v2::kExemplarValue);
  static_assert(v1::kExemplarTimestamp == v2::kExemplarTimestamp);
  std::string message;
  if (is_v2_) {
    PutRefsOf(table, exemplar.labels, &refs_);
    AppendMessage(model::BytesTag(v2::kExemplarLabelsRefs), refs_, &message);
  } else {
    AppendLabelFields(v1::kExemplarLabels, exemplar.labels, &message);
  }
  char rest[9 + 11];
  char* at = PutDouble(model::Fixed64Tag(v1::kExemplarValue), exemplar.value, rest);
  at = PutTag(model::VarintTag(v1::kExemplarTimestamp), at);
  at = PutVarint(static_cast<uint64_t>(exemplar.time_ms), at);
  message.append(rest, static_cast<size_t>(at - rest));
  fields_.clear();
  AppendMessage(model::BytesTag(is_v2_ ? v2::kSeriesExemplars : v1::kSeriesExemplars), message,
                &fields_);
  if (is_v2_) {
    PutRefsOf(table, series, &refs_);
  } else {
    refs_.clear();
    AppendLabelFields(v1::kSeriesLabels, series, &refs_);
  }
  PutSeries(refs_, fields_);
  Note(ItemKind::kExemplar, exemplar.time_ms, &batch_.counts.exemplars);
}

std::vector<Batch> MetadataRequests(const Families& families, size_t most) {
  std::vector<Batch> out;
  for (const auto& [family, metadata] : families) {
    if (out.empty() || out.back().counts.metadata >= most) out.emplace_back();
    std::string message;
    message.push_back(static_cast<char>(model::VarintTag(v1::kMetadataType)));
    base::PutVarint(model::wire::TypeNumber(metadata.type), &message);
    AppendMessage(model::BytesTag(v1::kMetadataFamily), family, &message);
    AppendMessage(model::BytesTag(v1::kMetadataHelp), metadata.help, &message);
    AppendMessage(model::BytesTag(v1::kMetadataUnit), metadata.unit, &message);
    AppendMessage(model::BytesTag(v1::kMetadata), message, &out.back().body);
    ++out.back().counts.metadata;
  }
  return out;
}

}  // namespace vedette::remote
