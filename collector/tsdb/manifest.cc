#include "collector/tsdb/manifest.h"

#include <charconv>
#include <cinttypes>
#include <cstdio>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "collector/tsdb/part_format.h"

namespace vedette::tsdb {
namespace {

constexpr std::string_view kSuffix = ".part";
constexpr size_t kIdDigits = 16;

void PutPart(const PartMeta& part, std::string* out) {
  base::PutVarint(part.id, out);
  base::PutVarint(static_cast<uint64_t>(part.level), out);
  base::PutSignedVarint(part.min_ms, out);
  base::PutSignedVarint(part.max_ms, out);
  base::PutVarint(part.samples, out);
  base::PutVarint(part.bytes, out);
  base::PutSignedVarint(part.created_ms, out);
}

PartMeta ReadPart(base::ByteReader* in) {
  PartMeta part;
  part.id = in->Varint();
  part.level = static_cast<PartLevel>(in->Varint() & 0xff);
  part.min_ms = in->SignedVarint();
  part.max_ms = in->SignedVarint();
  part.samples = in->Varint();
  part.bytes = in->Varint();
  part.created_ms = in->SignedVarint();
  return part;
}

}  // namespace

std::string EncodeManifest(const Manifest& manifest) {
  std::string body;
  base::PutFixed(manifest.hash_seed, &body);
  base::PutVarint(manifest.next_part, &body);
  base::PutVarint(manifest.log_from, &body);
  base::PutVarint(manifest.parts.size(), &body);
  for (const PartMeta& part : manifest.parts) PutPart(part, &body);
  base::PutVarint(manifest.tombstones.size(), &body);
  for (const uint64_t id : manifest.tombstones) base::PutVarint(id, &body);
  std::string out(kManifestMagic);
  base::PutFixed(kManifestVersion, &out);
  base::PutFixed(Checksum(body), &out);
  return out + body;
}

base::StatusOr<Manifest> DecodeManifest(std::string_view bytes) {
  base::ByteReader in(bytes);
  if (in.Bytes(kManifestMagic.size()) != kManifestMagic) {
    return base::DataLoss("not a metrics manifest");
  }
  const uint32_t version = in.Fixed<uint32_t>();
  if (in.ok() && version > kManifestVersion) {
    return base::InvalidArgument("manifest has format version " + std::to_string(version) +
                                 ", this program reads up to " + std::to_string(kManifestVersion));
  }
  const uint32_t checksum = in.Fixed<uint32_t>();
  if (!in.ok() || version == 0 ||
      Checksum(bytes.substr(bytes.size() - in.remaining())) != checksum) {
    return base::DataLoss("manifest: checksum mismatch");
  }
  Manifest manifest;
  manifest.hash_seed = in.Fixed<uint64_t>();
  manifest.next_part = in.Varint();
  manifest.log_from = in.Varint();
  for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    manifest.parts.push_back(ReadPart(&in));
  }
  for (uint64_t left = version > 1 ? in.Varint() : 0; left > 0 && in.ok(); --left) {
    manifest.tombstones.push_back(in.Varint());
  }
  if (!in.ok() || !in.empty()) return base::DataLoss("manifest: impossible content");
  return manifest;
}

std::string PartFileName(uint64_t id) {
  char name[32];
  std::snprintf(name, sizeof(name), "%016" PRIx64 ".part", id);
  return name;
}

bool ParsePartFileName(std::string_view name, uint64_t* id) {
  if (name.size() != kIdDigits + kSuffix.size() || !base::EndsWith(name, kSuffix)) return false;
  const char* end = name.data() + kIdDigits;
  const auto result = std::from_chars(name.data(), end, *id, 16);
  return result.ec == std::errc() && result.ptr == end && PartFileName(*id) == name;
}

}  // namespace vedette::tsdb
