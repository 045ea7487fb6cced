#include "collector/tsdb/part_format.h"

#include <algorithm>
#include <utility>

#include "base/codec/bytes.h"

namespace vedette::tsdb {
namespace {

base::Status Broken(const char* what) {
  return base::DataLoss(std::string(what) + ": impossible content");
}

// A length that does not fit 32 bits reads as UINT32_MAX, which every bound refuses.
uint32_t Narrow(uint64_t v) { return v > UINT32_MAX ? UINT32_MAX : static_cast<uint32_t>(v); }

std::vector<PageRef> ReadPageRefs(base::ByteReader* in) {
  std::vector<PageRef> pages;
  for (uint64_t left = in->Varint(); left > 0 && in->ok(); --left) {
    pages.push_back(ReadPageRef(in));
  }
  return pages;
}

}  // namespace

uint32_t Checksum(std::string_view data) {
  return static_cast<uint32_t>(base::Hash64(data) & UINT32_MAX);
}

void PutPageRef(const PageRef& page, std::string* out) {
  base::PutVarint(page.offset, out);
  base::PutVarint(page.length, out);
  base::PutVarint(page.unpacked, out);
  base::PutFixed(page.checksum, out);
}

PageRef ReadPageRef(base::ByteReader* in) {
  PageRef page;
  page.offset = in->Varint();
  page.length = Narrow(in->Varint());
  page.unpacked = Narrow(in->Varint());
  page.checksum = in->Fixed<uint32_t>();
  return page;
}

std::string EncodePartHeader() {
  std::string out(kPartMagic);
  base::PutFixed(kPartVersion, &out);
  base::PutFixed(uint32_t{0}, &out);
  return out;
}

base::StatusOr<uint32_t> ReadPartHeader(std::string_view header) {
  base::ByteReader in(header);
  if (in.Bytes(kPartMagic.size()) != kPartMagic) return base::DataLoss("not a metrics part");
  const uint32_t version = in.Fixed<uint32_t>();
  const uint32_t reserved = in.Fixed<uint32_t>();
  if (!in.ok() || version == 0) return base::DataLoss("part header is cut off");
  if (version > kPartVersion) {
    return base::InvalidArgument("part has format version " + std::to_string(version) +
                                 ", this program reads up to " + std::to_string(kPartVersion));
  }
  if (reserved != 0) return base::DataLoss("part header: impossible content");
  return version;
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
  base::PutVarint(directory.times_pages.size(), &out);
  for (const PageRef& page : directory.times_pages) PutPageRef(page, &out);
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

base::StatusOr<Directory> DecodeDirectory(std::string_view bytes, uint32_t version) {
  base::ByteReader in(bytes);
  Directory directory;
  directory.series_pages = ReadPageRefs(&in);
  if (version > 1) directory.times_pages = ReadPageRefs(&in);
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

}  // namespace vedette::tsdb
