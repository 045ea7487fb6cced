#include "collector/tsdb/part_format.h"

#include <algorithm>
#include <utility>

#include "base/codec/bytes.h"

namespace vedette::tsdb {
namespace {

base::Status Broken(const char* what) {
  return base::DataLoss(std::string(what) + ": impossible content");
}

void PutPageRef(const PageRef& page, std::string* out) {
  base::PutVarint(page.offset, out);
  base::PutVarint(page.length, out);
  base::PutVarint(page.unpacked, out);
  base::PutFixed(page.checksum, out);
}

// A length that does not fit 32 bits reads as UINT32_MAX, which every bound refuses.
uint32_t Narrow(uint64_t v) { return v > UINT32_MAX ? UINT32_MAX : static_cast<uint32_t>(v); }

PageRef ReadPageRef(base::ByteReader* in) {
  PageRef page;
  page.offset = in->Varint();
  page.length = Narrow(in->Varint());
  page.unpacked = Narrow(in->Varint());
  page.checksum = in->Fixed<uint32_t>();
  return page;
}

bool ReadBlockRef(base::ByteReader* in, int64_t part_min_ms, BlockRef* block) {
  const uint64_t min_ms = static_cast<uint64_t>(in->SignedVarint());
  block->min_ms = static_cast<int64_t>(static_cast<uint64_t>(part_min_ms) + min_ms);
  block->max_ms = static_cast<int64_t>(static_cast<uint64_t>(block->min_ms) + in->Varint());
  block->samples = Narrow(in->Varint());
  block->times_offset = in->Varint();
  block->times_length = Narrow(in->Varint());
  block->values_offset = in->Varint();
  block->values_length = Narrow(in->Varint());
  return in->ok() && block->min_ms <= block->max_ms && block->samples > 0 &&
         block->samples <= kColumnSamples && block->times_length > sizeof(uint32_t) &&
         block->times_length <= kMaxColumnBytes && block->values_length > sizeof(uint32_t) &&
         block->values_length <= kMaxColumnBytes;
}

}  // namespace

uint32_t Checksum(std::string_view data) {
  return static_cast<uint32_t>(base::Hash64(data) & UINT32_MAX);
}

std::string EncodePartHeader() {
  std::string out(kPartMagic);
  base::PutFixed(kPartVersion, &out);
  base::PutFixed(uint32_t{0}, &out);
  return out;
}

base::Status CheckPartHeader(std::string_view header) {
  base::ByteReader in(header);
  if (in.Bytes(kPartMagic.size()) != kPartMagic) return base::DataLoss("not a metrics part");
  const uint32_t version = in.Fixed<uint32_t>();
  if (!in.ok() || version == 0) return base::DataLoss("part header is cut off");
  if (version > kPartVersion) {
    return base::InvalidArgument("part has format version " + std::to_string(version) +
                                 ", this program reads up to " + std::to_string(kPartVersion));
  }
  return {};
}

std::string EncodeFooter(const Footer& footer) {
  std::string out;
  base::PutFixed(footer.directory_offset, &out);
  base::PutFixed(footer.directory_length, &out);
  base::PutFixed(footer.directory_unpacked, &out);
  base::PutFixed(footer.directory_checksum, &out);
  base::PutFixed(uint32_t{0}, &out);
  base::PutFixed(footer.series, &out);
  base::PutFixed(footer.samples, &out);
  base::PutFixed(footer.min_ms, &out);
  base::PutFixed(footer.max_ms, &out);
  base::PutFixed(Checksum(out), &out);
  out += kFooterMagic;
  return out;
}

base::StatusOr<Footer> DecodeFooter(std::string_view bytes) {
  if (bytes.size() != kFooterBytes || !bytes.ends_with(kFooterMagic)) {
    return base::DataLoss("part has no footer: it is cut off or no part");
  }
  const size_t covered = kFooterBytes - sizeof(uint32_t) - kFooterMagic.size();
  base::ByteReader in(bytes);
  Footer footer;
  footer.directory_offset = in.Fixed<uint64_t>();
  footer.directory_length = in.Fixed<uint32_t>();
  footer.directory_unpacked = in.Fixed<uint32_t>();
  footer.directory_checksum = in.Fixed<uint32_t>();
  in.Fixed<uint32_t>();
  footer.series = in.Fixed<uint64_t>();
  footer.samples = in.Fixed<uint64_t>();
  footer.min_ms = in.Fixed<int64_t>();
  footer.max_ms = in.Fixed<int64_t>();
  if (in.Fixed<uint32_t>() != Checksum(bytes.substr(0, covered))) {
    return base::DataLoss("part footer: checksum mismatch");
  }
  return footer;
}

std::string EncodeDirectory(const Directory& directory) {
  std::string out;
  base::PutVarint(directory.series_pages.size(), &out);
  for (const PageRef& page : directory.series_pages) PutPageRef(page, &out);
  base::PutVarint(directory.labels.size(), &out);
  for (const LabelDirectory& label : directory.labels) {
    base::PutString(label.name, &out);
    base::PutVarint(label.pages.size(), &out);
    for (const PostingsPageRef& entry : label.pages) {
      base::PutString(entry.first_value, &out);
      PutPageRef(entry.page, &out);
    }
  }
  return out;
}

base::StatusOr<Directory> DecodeDirectory(std::string_view bytes) {
  base::ByteReader in(bytes);
  Directory directory;
  for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    directory.series_pages.push_back(ReadPageRef(&in));
  }
  for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    LabelDirectory label;
    label.name = in.String();
    for (uint64_t pages = in.Varint(); pages > 0 && in.ok(); --pages) {
      std::string first_value(in.String());
      label.pages.push_back({std::move(first_value), ReadPageRef(&in)});
    }
    directory.labels.push_back(std::move(label));
  }
  if (!in.ok() || !in.empty()) return Broken("part directory");
  return directory;
}

void AppendSeriesEntry(const SeriesEntry& entry, int64_t min_ms, std::string* page) {
  base::PutString(entry.labels.bytes(), page);
  base::PutVarint(entry.blocks.size(), page);
  for (const BlockRef& block : entry.blocks) {
    base::PutSignedVarint(block.min_ms - min_ms, page);
    base::PutVarint(static_cast<uint64_t>(block.max_ms - block.min_ms), page);
    base::PutVarint(block.samples, page);
    base::PutVarint(block.times_offset, page);
    base::PutVarint(block.times_length, page);
    base::PutVarint(block.values_offset, page);
    base::PutVarint(block.values_length, page);
  }
}

base::StatusOr<std::vector<SeriesEntry>> DecodeSeriesPage(std::string_view page, int64_t min_ms) {
  base::ByteReader in(page);
  std::vector<SeriesEntry> entries;
  while (!in.empty()) {
    SeriesEntry entry;
    VEDETTE_ASSIGN_OR_RETURN(entry.labels, model::Labels::FromBytes(in.String()));
    for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
      if (!ReadBlockRef(&in, min_ms, &entry.blocks.emplace_back())) return Broken("series page");
    }
    if (!in.ok() || entries.size() == kPageSeries) return Broken("series page");
    entries.push_back(std::move(entry));
  }
  return entries;
}

void AppendPostingsEntry(std::string_view value, std::span<const uint32_t> series,
                         std::string* page) {
  base::PutString(value, page);
  base::PutVarint(series.size(), page);
  uint32_t last = 0;
  for (const uint32_t number : series) {
    base::PutVarint(number - last, page);
    last = number;
  }
}

base::StatusOr<std::vector<PostingsEntry>> DecodePostingsPage(std::string_view page,
                                                              uint64_t series_count) {
  base::ByteReader in(page);
  std::vector<PostingsEntry> entries;
  while (!in.empty()) {
    PostingsEntry entry;
    entry.value = in.String();
    uint64_t number = 0;
    for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
      const uint64_t step = in.Varint();
      if (step >= series_count || number + step >= series_count) return Broken("postings page");
      number += step;
      entry.series.push_back(static_cast<uint32_t>(number));
    }
    if (!in.ok()) return Broken("postings page");
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace vedette::tsdb
