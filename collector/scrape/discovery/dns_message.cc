#include "collector/scrape/discovery/dns_message.h"

#include <arpa/inet.h>

#include <array>

#include "base/strings.h"

namespace vedette::scrape {
namespace {

constexpr size_t kMaxName = 255;
constexpr size_t kMaxLabel = 63;
constexpr size_t kMaxJumps = 128;
constexpr uint16_t kInternet = 1;
constexpr uint16_t kOptType = 41;
constexpr uint16_t kUdpBytes = 4096;
constexpr uint16_t kRecursionDesired = 0x0100;
constexpr uint16_t kAnswerFlag = 0x8000;
constexpr uint16_t kTruncatedFlag = 0x0200;
constexpr uint16_t kCodeMask = 0x000f;

void PutU16(uint16_t value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value & 0xff));
}

base::Status PutName(std::string_view name, std::string* out) {
  if (base::EndsWith(name, ".")) name.remove_suffix(1);
  if (name.empty() || name.size() > kMaxName - 2) {
    return base::InvalidArgument("a DNS name has 1 to 253 bytes");
  }
  for (const std::string_view label : base::Split(name, '.')) {
    if (label.empty() || label.size() > kMaxLabel) {
      return base::InvalidArgument(base::Concat(
          {base::GoQuote(name), " is no DNS name: between its dots stand 1 to 63 bytes"}));
    }
    out->push_back(static_cast<char>(label.size()));
    out->append(label);
  }
  out->push_back('\0');
  return {};
}

// Reads a message from front to end; once something was missing, ok() stays false.
class MessageReader {
 public:
  explicit MessageReader(std::string_view message) : message_(message) {}

  bool ok() const { return ok_; }
  size_t at() const { return at_; }
  void Skip(size_t n) { Take(n); }
  void Seek(size_t at) { at_ = at; }

  uint16_t U16() {
    const std::string_view bytes = Take(2);
    if (bytes.size() < 2) return 0;
    return static_cast<uint16_t>(static_cast<unsigned char>(bytes[0]) << 8 |
                                 static_cast<unsigned char>(bytes[1]));
  }
  std::string_view Take(size_t n) {
    if (!ok_ || n > message_.size() - at_) {
      ok_ = false;
      return {};
    }
    const std::string_view bytes = message_.substr(at_, n);
    at_ += n;
    return bytes;
  }

  // A name with its final dot; stands behind it afterwards, wherever its parts lie.
  std::string Name() {
    std::string name;
    size_t behind = 0;
    for (size_t parts = 0; ok_; ++parts) {
      const std::string_view first = Take(1);
      if (first.empty() || parts > kMaxJumps) break;
      const auto length = static_cast<unsigned char>(first[0]);
      if (length == 0) {
        if (behind != 0) at_ = behind;
        return name.empty() ? "." : name;
      }
      if ((length & 0xc0) == 0xc0) {
        const std::string_view second = Take(1);
        if (second.empty()) break;
        if (behind == 0) behind = at_;
        at_ = static_cast<size_t>(length & 0x3f) << 8 | static_cast<unsigned char>(second[0]);
        if (at_ > message_.size()) break;
      } else if (length <= kMaxLabel) {
        name.append(Take(length)).push_back('.');
        if (name.size() > kMaxName) break;
      } else {
        break;
      }
    }
    ok_ = false;
    return {};
  }

 private:
  const std::string_view message_;
  size_t at_ = 0;
  bool ok_ = true;
};

std::string AddressText(int family, std::string_view bytes, size_t size) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (bytes.size() != size ||
      ::inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr) {
    return {};
  }
  return text.data();
}

// The record whose data begin where the reader stands and are `size` bytes.
DnsRecord ReadRecord(DnsType type, size_t size, MessageReader* reader) {
  DnsRecord record{type, {}, 0};
  switch (type) {
    case DnsType::kA:
      record.target = AddressText(AF_INET, reader->Take(size), 4);
      break;
    case DnsType::kAaaa:
      record.target = AddressText(AF_INET6, reader->Take(size), 16);
      break;
    case DnsType::kSrv:
      reader->Skip(4);  // priority, weight
      record.port = reader->U16();
      record.target = reader->Name();
      break;
    case DnsType::kMx:
      reader->Skip(2);  // preference
      record.target = reader->Name();
      break;
    case DnsType::kNs:
      record.target = reader->Name();
      break;
  }
  return record;
}

}  // namespace

base::StatusOr<std::string> DnsQuery(uint16_t id, std::string_view name, DnsType type) {
  std::string out;
  // Flags, one question, no answers, no authorities, one additional record.
  for (const uint16_t value :
       {id, kRecursionDesired, uint16_t{1}, uint16_t{0}, uint16_t{0}, uint16_t{1}}) {
    PutU16(value, &out);
  }
  VEDETTE_RETURN_IF_ERROR(PutName(name, &out));
  PutU16(static_cast<uint16_t>(type), &out);
  PutU16(kInternet, &out);
  out.push_back('\0');  // the root's name, under which EDNS stands
  PutU16(kOptType, &out);
  PutU16(kUdpBytes, &out);
  out.append(6, '\0');  // no flags, no options
  return out;
}

base::StatusOr<DnsAnswer> ReadDnsAnswer(std::string_view message, uint16_t id, DnsType type) {
  MessageReader reader(message);
  const uint16_t found_id = reader.U16();
  const uint16_t flags = reader.U16();
  const uint16_t questions = reader.U16();
  const uint16_t records = reader.U16();
  reader.Skip(4);
  if (!reader.ok() || found_id != id || (flags & kAnswerFlag) == 0) {
    return base::DataLoss("no answer to what was asked");
  }
  DnsAnswer answer;
  answer.code = flags & kCodeMask;
  answer.truncated = (flags & kTruncatedFlag) != 0;
  for (uint16_t i = 0; i < questions && reader.ok(); ++i) {
    reader.Name();
    reader.Skip(4);
  }
  for (uint16_t i = 0; i < records && reader.ok(); ++i) {
    reader.Name();
    const uint16_t record_type = reader.U16();
    reader.Skip(6);  // class, time to live
    const uint16_t size = reader.U16();
    const size_t begin = reader.at();
    if (!reader.ok()) break;
    if (record_type == static_cast<uint16_t>(type)) {
      DnsRecord record = ReadRecord(type, size, &reader);
      if (!reader.ok() || record.target.empty()) break;
      answer.records.push_back(std::move(record));
      reader.Seek(begin);
    }
    reader.Skip(size);
  }
  // What is cut is asked for again anyhow.
  if (!reader.ok() && !answer.truncated) return base::DataLoss("the answer is cut or malformed");
  return answer;
}

}  // namespace vedette::scrape
