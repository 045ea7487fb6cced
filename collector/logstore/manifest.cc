#include "collector/logstore/manifest.h"

#include <cstdio>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "collector/logstore/filenames.h"

namespace vedette::logstore {
namespace {

constexpr size_t kPrefixBytes = 8 + sizeof(uint32_t) + sizeof(uint64_t);

void EncodeBody(const Manifest& manifest, std::string* out) {
  base::PutVarint(manifest.next_part, out);
  base::PutVarint(manifest.checkpoint.floor.segment, out);
  base::PutVarint(manifest.checkpoint.floor.offset, out);
  base::PutVarint(manifest.checkpoint.next_sequence, out);
  base::PutVarint(manifest.checkpoint.marks.size(), out);
  for (const SourceMark& mark : manifest.checkpoint.marks) {
    base::PutString(mark.source, out);
    base::PutVarint(mark.position, out);
    base::PutSignedVarint(mark.last_used_ms, out);
  }
  base::PutVarint(manifest.parts.size(), out);
  for (const PartEntry& part : manifest.parts) {
    base::PutString(part.name, out);
    base::PutSignedVarint(part.day, out);
    base::PutVarint(part.bytes, out);
    base::PutFixed<uint64_t>(part.index_hash, out);
  }
}

}  // namespace

std::string PartFileName(int64_t day, uint64_t number, std::string_view suffix) {
  char text[64];
  std::snprintf(text, sizeof(text), "%06lld-%08llu", static_cast<long long>(day),
                static_cast<unsigned long long>(number));
  return base::Concat({text, suffix});
}

std::optional<uint64_t> PartNumber(std::string_view name) {
  const size_t dash = name.find('-', 1);
  const size_t dot = name.find('.');
  if (dash == name.npos || dot == name.npos || dash > dot) return std::nullopt;
  const auto number = base::ParseUint(name.substr(dash + 1, dot - dash - 1));
  const bool ours = name.substr(dot) == kRowsSuffix || name.substr(dot) == kColumnsSuffix;
  return ours ? number : std::nullopt;
}

std::string Manifest::Encode() const {
  std::string body;
  EncodeBody(*this, &body);
  std::string out(kManifestMagic);
  base::PutFixed<uint32_t>(kManifestVersion, &out);
  base::PutFixed<uint64_t>(base::Hash64(body), &out);
  return out + body;
}

base::StatusOr<Manifest> Manifest::Decode(std::string_view data) {
  if (data.size() < kPrefixBytes || data.substr(0, 8) != kManifestMagic) {
    return base::DataLoss("not a log store manifest");
  }
  base::ByteReader reader(data.substr(8));
  if (const auto version = reader.Fixed<uint32_t>(); version > kManifestVersion) {
    return base::InvalidArgument(
        base::Concat({"manifest of version ", std::to_string(version),
                      ", this program reads up to ", std::to_string(kManifestVersion)}));
  }
  const auto hash = reader.Fixed<uint64_t>();
  if (base::Hash64(data.substr(kPrefixBytes)) != hash) {
    return base::DataLoss("manifest checksum does not match");
  }
  Manifest manifest;
  manifest.next_part = reader.Varint();
  manifest.checkpoint.floor.segment = reader.Varint();
  manifest.checkpoint.floor.offset = reader.Varint();
  manifest.checkpoint.next_sequence = reader.Varint();
  const uint64_t marks = reader.Varint();
  for (uint64_t i = 0; i < marks && reader.ok(); ++i) {
    SourceMark mark;
    mark.source = std::string(reader.String());
    mark.position = reader.Varint();
    mark.last_used_ms = reader.SignedVarint();
    manifest.checkpoint.marks.push_back(std::move(mark));
  }
  const uint64_t parts = reader.Varint();
  for (uint64_t i = 0; i < parts && reader.ok(); ++i) {
    PartEntry part;
    part.name = std::string(reader.String());
    part.day = reader.SignedVarint();
    part.bytes = reader.Varint();
    part.index_hash = reader.Fixed<uint64_t>();
    manifest.parts.push_back(std::move(part));
  }
  if (!reader.ok() || !reader.empty()) return base::DataLoss("manifest is cut short or too long");
  return manifest;
}

}  // namespace vedette::logstore
