#include "collector/tsdb/tombstone.h"

#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <utility>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "collector/tsdb/part_format.h"

namespace vedette::tsdb {
namespace {

constexpr std::string_view kTombstoneSuffix = ".tomb";
constexpr size_t kTombstoneDigits = 16;

base::StatusOr<model::Matcher> ReadMatcher(base::ByteReader* in) {
  const uint8_t type = in->Fixed<uint8_t>();
  std::string name(in->String());
  std::string value(in->String());
  if (!in->ok() || type > static_cast<uint8_t>(model::MatchType::kNotRegex)) {
    return base::DataLoss("tombstone: impossible content");
  }
  auto matcher =
      model::Matcher::Make(static_cast<model::MatchType>(type), std::move(name), std::move(value));
  if (!matcher.ok()) return base::DataLoss(base::Message(matcher.status()));
  return matcher;
}

}  // namespace

std::string EncodeTombstone(const Tombstone& tombstone) {
  std::string body;
  base::PutVarint(tombstone.id, &body);
  base::PutSignedVarint(tombstone.min_ms, &body);
  base::PutSignedVarint(tombstone.max_ms, &body);
  base::PutSignedVarint(tombstone.created_ms, &body);
  base::PutVarint(tombstone.matchers.size(), &body);
  for (const model::Matcher& matcher : tombstone.matchers) {
    base::PutFixed(static_cast<uint8_t>(matcher.type()), &body);
    base::PutString(matcher.name(), &body);
    base::PutString(matcher.value(), &body);
  }
  std::string out(kTombstoneMagic);
  base::PutFixed(kTombstoneVersion, &out);
  base::PutFixed(Checksum(body), &out);
  return out + body;
}

base::StatusOr<Tombstone> DecodeTombstone(std::string_view bytes) {
  base::ByteReader in(bytes);
  if (in.Bytes(kTombstoneMagic.size()) != kTombstoneMagic) {
    return base::DataLoss("not a tombstone");
  }
  const uint32_t version = in.Fixed<uint32_t>();
  if (in.ok() && version > kTombstoneVersion) {
    return base::InvalidArgument("tombstone has format version " + std::to_string(version) +
                                 ", this program reads up to " + std::to_string(kTombstoneVersion));
  }
  const uint32_t checksum = in.Fixed<uint32_t>();
  if (!in.ok() || version == 0 ||
      Checksum(bytes.substr(bytes.size() - in.remaining())) != checksum) {
    return base::DataLoss("tombstone: checksum mismatch");
  }
  Tombstone tombstone;
  tombstone.id = in.Varint();
  tombstone.min_ms = in.SignedVarint();
  tombstone.max_ms = in.SignedVarint();
  tombstone.created_ms = in.SignedVarint();
  for (uint64_t left = in.Varint(); left > 0; --left) {
    VEDETTE_ASSIGN_OR_RETURN(model::Matcher matcher, ReadMatcher(&in));
    tombstone.matchers.push_back(std::move(matcher));
  }
  // Without matchers it would take everything: that is never written.
  if (!in.ok() || !in.empty() || tombstone.matchers.empty()) {
    return base::DataLoss("tombstone: impossible content");
  }
  return tombstone;
}

std::string TombstoneFileName(uint64_t id) {
  char name[32];
  std::snprintf(name, sizeof(name), "%016" PRIx64 ".tomb", id);
  return name;
}

bool ParseTombstoneFileName(std::string_view name, uint64_t* id) {
  if (name.size() != kTombstoneDigits + kTombstoneSuffix.size() ||
      !base::EndsWith(name, kTombstoneSuffix)) {
    return false;
  }
  const char* end = name.data() + kTombstoneDigits;
  const auto result = std::from_chars(name.data(), end, *id, 16);
  return result.ec == std::errc() && result.ptr == end && TombstoneFileName(*id) == name;
}

}  // namespace vedette::tsdb
