#include "collector/tsdb/prometheus/block_index.h"

#include <algorithm>
#include <utility>

#include "base/codec/crc32c.h"
#include "base/strings.h"
#include "collector/tsdb/prometheus/byte_decoder.h"

namespace vedette::tsdb::prometheus {
namespace {

constexpr uint32_t kIndexMagic = 0xBAAAD700;
constexpr size_t kIndexHeaderBytes = 5;
constexpr size_t kTocBytes = 6 * 8 + 4;
constexpr size_t kLengthBytes = 4;
constexpr size_t kIndexCrcBytes = 4;
// A series is found by its offset / 16 from version 2 on.
constexpr uint64_t kAlignment = 16;
// Far above any series that was ever written; bounds what a bad length makes us read.
constexpr uint64_t kMaxSeriesBytes = 64 << 20;
constexpr uint64_t kMaxVarintBytes = 10;
constexpr size_t kIndexMaxLabelBytes = 1 << 20;

uint32_t ReadCrc(std::string_view bytes) { return ByteDecoder(bytes).U32(); }

}  // namespace

base::StatusOr<std::unique_ptr<BlockIndex>> BlockIndex::Open(std::unique_ptr<FileWindow> file) {
  std::unique_ptr<BlockIndex> index(new BlockIndex(std::move(file)));
  VEDETTE_RETURN_IF_ERROR(index->ReadToc());
  VEDETTE_RETURN_IF_ERROR(index->ReadSymbols());
  return index;
}

base::Status BlockIndex::ReadToc() {
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view header, file_->Bytes(0, kIndexHeaderBytes));
  ByteDecoder head(header);
  if (head.U32() != kIndexMagic) return file_->Damage(0, "not an index: another magic number");
  version_ = head.U8();
  if (version_ != 1 && version_ != 2) {
    return file_->Damage(
        4, base::Concat({"index version is ", std::to_string(version_), "; allowed are 1 and 2"}));
  }
  if (file_->size() < kIndexHeaderBytes + kTocBytes) {
    return file_->Damage(0, "too short for an index");
  }
  const uint64_t at = file_->size() - kTocBytes;
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view toc, file_->Bytes(at, kTocBytes));
  if (base::Crc32c(toc.substr(0, kTocBytes - kIndexCrcBytes)) !=
      ReadCrc(toc.substr(kTocBytes - kIndexCrcBytes))) {
    return file_->Damage(at, "table of contents: checksum mismatch");
  }
  ByteDecoder in(toc);
  symbols_at_ = in.U64();
  series_at_ = in.U64();
  series_end_ = at;
  for (int i = 0; i < 4; ++i) {
    const uint64_t section = in.U64();
    if (section > series_at_) series_end_ = std::min(series_end_, section);
  }
  if (symbols_at_ > at || series_at_ > at) {
    return file_->Damage(at, "table of contents points behind itself");
  }
  return {};
}

base::Status BlockIndex::ReadSymbols() {
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view head, file_->Bytes(symbols_at_, kLengthBytes));
  const uint64_t length = ByteDecoder(head).U32();
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view table,
                           file_->Bytes(symbols_at_ + kLengthBytes, length + kIndexCrcBytes));
  if (base::Crc32c(table.substr(0, length)) != ReadCrc(table.substr(length))) {
    return file_->Damage(symbols_at_, "symbol table: checksum mismatch");
  }
  ByteDecoder count(table.substr(0, length));
  const uint64_t symbols = count.U32();
  if (!count.ok() || symbols > count.remaining()) {
    return file_->Damage(symbols_at_, "symbol table: impossible number of symbols");
  }
  symbol_bytes_ = std::string(count.Bytes(count.remaining()));
  symbol_at_.reserve(symbols);
  ByteDecoder in(symbol_bytes_);
  for (uint64_t i = 0; i < symbols; ++i) {
    symbol_at_.push_back(static_cast<uint32_t>(in.position()));
    in.String();
  }
  if (!in.ok()) return file_->Damage(symbols_at_, "symbol table: a symbol goes beyond its end");
  return {};
}

bool BlockIndex::Symbol(uint64_t ref, std::string_view* symbol) const {
  uint64_t at = 0;
  if (version_ == 1) {
    // The symbol's place in the file: behind the table's length and count.
    const uint64_t base = symbols_at_ + 2 * kLengthBytes;
    at = ref - base;
    if (ref < base || at >= symbol_bytes_.size()) return false;
  } else {
    if (ref >= symbol_at_.size()) return false;
    at = symbol_at_[ref];
  }
  ByteDecoder in(std::string_view(symbol_bytes_).substr(at));
  *symbol = in.String();
  return in.ok();
}

bool BlockIndex::DecodeLabels(ByteDecoder* in, model::Labels* labels) const {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (uint64_t left = in->Uvarint(); left > 0 && in->ok(); --left) {
    std::string_view name;
    std::string_view value;
    if (!Symbol(in->Uvarint(), &name) || !Symbol(in->Uvarint(), &value)) return false;
    if (name.size() > kIndexMaxLabelBytes || value.size() > kIndexMaxLabelBytes) return false;
    pairs.emplace_back(name, value);
  }
  if (!in->ok()) return false;
  *labels = model::Labels::FromViews(std::move(pairs));
  return true;
}

base::StatusOr<IndexedSeries> BlockIndex::DecodeSeries(std::string_view entry,
                                                       uint64_t offset) const {
  IndexedSeries series;
  series.ref = version_ == 1 ? offset : offset / kAlignment;
  series.offset = offset;
  ByteDecoder in(entry);
  if (!DecodeLabels(&in, &series.labels)) {
    return file_->Damage(offset, "series: labels that are no symbols");
  }
  int64_t time = 0;
  uint64_t ref = 0;
  const uint64_t chunks = in.Uvarint();
  for (uint64_t i = 0; i < chunks && in.ok(); ++i) {
    ChunkRef chunk;
    chunk.min_ms = i == 0 ? in.Varint() : WrappingAdd(time, static_cast<int64_t>(in.Uvarint()));
    chunk.max_ms = WrappingAdd(chunk.min_ms, static_cast<int64_t>(in.Uvarint()));
    ref = i == 0 ? in.Uvarint() : ref + static_cast<uint64_t>(in.Varint());
    chunk.ref = ref;
    time = chunk.max_ms;
    if (in.ok()) series.chunks.push_back(chunk);
  }
  if (!in.ok()) return file_->Damage(offset, "series: ends before its last chunk");
  return series;
}

base::Status BlockIndex::ForEachSeries(const std::function<base::Status(IndexedSeries)>& visit) {
  uint64_t at = series_at_;
  model::Labels last;
  while (true) {
    if (version_ == 2) at = (at + kAlignment - 1) / kAlignment * kAlignment;
    if (series_at_ == 0 || at >= series_end_) return {};
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view head,
                             file_->UpTo(at, std::min(kMaxVarintBytes, series_end_ - at)));
    ByteDecoder length_in(head);
    const uint64_t length = length_in.Uvarint();
    if (length_in.ok() && length == 0) {  // padding
      at += version_ == 2 ? kAlignment : 1;
      continue;
    }
    if (!length_in.ok() || length > kMaxSeriesBytes) {
      return file_->Damage(at, "series: impossible length");
    }
    const uint64_t begin = at + length_in.position();
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view entry,
                             file_->Bytes(begin, length + kIndexCrcBytes));
    if (base::Crc32c(entry.substr(0, length)) != ReadCrc(entry.substr(length))) {
      return file_->Damage(at, "series: checksum mismatch");
    }
    VEDETTE_ASSIGN_OR_RETURN(IndexedSeries series, DecodeSeries(entry.substr(0, length), at));
    if (!(last < series.labels)) return file_->Damage(at, "series are not sorted by their labels");
    last = series.labels;
    at = begin + length + kIndexCrcBytes;
    VEDETTE_RETURN_IF_ERROR(visit(std::move(series)));
  }
}

}  // namespace vedette::tsdb::prometheus
