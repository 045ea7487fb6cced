#include "collector/agents/host_record.h"

#include "base/codec/bytes.h"
#include "base/strings.h"

namespace vedette::agents {
namespace {

constexpr uint8_t kRecordVersion = 1;
constexpr uint8_t kSendsBit = 1;
constexpr uint8_t kReleasedBit = 2;

}  // namespace

std::string EncodeHostRecord(const HostRecord& record) {
  std::string out;
  base::PutFixed<uint8_t>(kRecordVersion, &out);
  base::PutFixed<uint8_t>(
      static_cast<uint8_t>((record.sends ? kSendsBit : 0) | (record.released ? kReleasedBit : 0)),
      &out);
  for (const std::string* text : {&record.id, &record.key_hash, &record.address, &record.peer}) {
    base::PutString(*text, &out);
  }
  base::PutSignedVarint(record.first_ms, &out);
  base::PutSignedVarint(record.silent_since_ms, &out);
  base::PutVarint(record.pages.size(), &out);
  for (const model::AnnouncedPage& page : record.pages) {
    base::PutString(page.job, &out);
    base::PutVarint(page.port, &out);
    base::PutString(page.path, &out);
    base::PutFixed<uint8_t>(page.tls ? 1 : 0, &out);
  }
  base::PutVarint(record.labels.size(), &out);
  for (const auto& [name, value] : record.labels) {
    base::PutString(name, &out);
    base::PutString(value, &out);
  }
  return out;
}

base::StatusOr<HostRecord> DecodeHostRecord(std::string_view host, std::string_view bytes) {
  base::ByteReader in(bytes);
  const auto version = in.Fixed<uint8_t>();
  if (in.ok() && version > kRecordVersion) {
    return base::InvalidArgument(base::Concat(
        {"host ", host, ": found version ", std::to_string(version), ", this program reads 1"}));
  }
  HostRecord record;
  record.host = host;
  const auto bits = in.Fixed<uint8_t>();
  record.sends = (bits & kSendsBit) != 0;
  record.released = (bits & kReleasedBit) != 0;
  for (std::string* text : {&record.id, &record.key_hash, &record.address, &record.peer}) {
    *text = in.String();
  }
  record.first_ms = in.SignedVarint();
  record.silent_since_ms = in.SignedVarint();
  const uint64_t pages = in.Varint();
  for (uint64_t i = 0; i < pages && in.ok(); ++i) {
    model::AnnouncedPage& page = record.pages.emplace_back();
    page.job = in.String();
    page.port = static_cast<uint16_t>(in.Varint());
    page.path = in.String();
    page.tls = in.Fixed<uint8_t>() != 0;
  }
  const uint64_t labels = in.Varint();
  for (uint64_t i = 0; i < labels && in.ok(); ++i) {
    auto& [name, value] = record.labels.emplace_back();
    name = in.String();
    value = in.String();
  }
  if (!in.ok() || !in.empty() || !model::IsHostName(host)) {
    return base::DataLoss(base::Concat({"host ", base::GoQuote(host), ": not a record"}));
  }
  return record;
}

}  // namespace vedette::agents
