#include "exporters/node/nfs_mount.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

constexpr size_t kNfsMountBytes = 8;
constexpr size_t kNfsMountEvents = 27;
constexpr size_t kOperationNumbers = 8;
constexpr size_t kFirstTime = 5;
// "device D mounted on M with fstype T", and "statvers=1.1" where there are statistics.
constexpr size_t kDeviceFields = 8;
// Times are shown modulo 2^53, as upstream shows them: the kernel's sums can be negative.
constexpr uint64_t kMantissa = uint64_t{1} << 53;

using Fields = std::vector<std::string_view>;

// Fields from `begin` on as numbers; false if one is none.
bool ToNumbers(const Fields& fields, size_t begin, std::vector<uint64_t>* numbers) {
  numbers->clear();
  for (size_t i = begin; i < fields.size(); ++i) {
    const std::optional<uint64_t> number = base::ParseUint(fields[i]);
    if (!number) return false;
    numbers->push_back(*number);
  }
  return true;
}

std::vector<double> ToDoubles(const std::vector<uint64_t>& numbers) {
  return std::vector<double>(numbers.begin(), numbers.end());
}

// A line of exactly `count` numbers after its key.
bool ParseCounts(const Fields& fields, size_t count, std::vector<double>* out) {
  std::vector<uint64_t> numbers;
  if (!ToNumbers(fields, 1, &numbers) || numbers.size() != count) return false;
  *out = ToDoubles(numbers);
  return true;
}

// "xprt: tcp PORT BIND CONNECT CONNECT_IDLE IDLE SENDS RECEIVES BAD_XIDS ACTIVE BACKLOG SLOTS
// SENDING PENDING"; udp has no third to fifth number, statistics 1.0 no last three.
bool ParseTransport(const Fields& fields, NfsMount* mount) {
  constexpr size_t kNumbers = 13;
  constexpr size_t kOldNumbers = 10;
  constexpr size_t kConnectionNumbers = 3;
  if (fields.size() < 2) return false;
  std::vector<uint64_t> numbers;
  if (!ToNumbers(fields, 2, &numbers)) return false;
  if (fields[1] == "udp" && numbers.size() >= 2) {
    numbers.insert(numbers.begin() + 2, kConnectionNumbers, 0);
  }
  if (numbers.size() < kOldNumbers) return false;
  numbers.resize(kNumbers);
  const uint64_t idle = numbers[4] % kMantissa;
  NfsTransport& transport = mount->transports.emplace_back();
  transport.protocol = fields[1];
  transport.values = ToDoubles({numbers[1], numbers[2], idle, numbers[5], numbers[6], numbers[7],
                                numbers[9], numbers[10], numbers[11], numbers[12]});
  return true;
}

// "READ: 1298 1298 0 207680 1210292152 6 79386 79407", times in milliseconds.
bool ParseOperation(const Fields& fields, NfsMount* mount) {
  std::vector<uint64_t> numbers;
  if (!ToNumbers(fields, 1, &numbers) || numbers.size() < kOperationNumbers) return false;
  numbers.resize(kOperationNumbers);
  NfsOperation& operation = mount->operations.emplace_back();
  operation.name = fields[0];
  if (base::EndsWith(operation.name, ":")) operation.name.remove_suffix(1);
  operation.values = ToDoubles(numbers);
  for (size_t i = kFirstTime; i < kOperationNumbers; ++i) {
    operation.values[i] = static_cast<double>(numbers[i] % kMantissa) / 1000.0;
  }
  return true;
}

// A line of a mount's block before its operations.
bool ParseStatistic(const Fields& fields, NfsMount* mount) {
  if (fields[0] == "bytes:") return ParseCounts(fields, kNfsMountBytes, &mount->bytes);
  if (fields[0] == "events:") return ParseCounts(fields, kNfsMountEvents, &mount->events);
  if (fields[0] == "xprt:") return ParseTransport(fields, mount);
  if (fields[0] != "age:") return true;
  const auto age = fields.size() > 1 ? base::ParseDouble(fields[1]) : std::nullopt;
  mount->age_seconds = age.value_or(0);
  return age.has_value();
}

bool IsNfs(const Fields& fields) {
  return fields.size() > kDeviceFields && (fields[7] == "nfs" || fields[7] == "nfs4");
}

}  // namespace

base::StatusOr<std::vector<NfsMount>> ParseNfsMounts(std::string_view mountstats) {
  std::vector<NfsMount> mounts;
  bool in_mount = false;
  bool in_operations = false;
  size_t place = 0;
  Fields fields;
  LineScanner lines(mountstats);
  std::string_view line;
  while (lines.Next(&line)) {
    SplitFields(line, &fields);
    bool ok = true;
    if (fields.empty()) {
      in_mount = in_mount && !in_operations;
    } else if (fields[0] == "device") {
      in_mount = IsNfs(fields);
      in_operations = false;
      if (in_mount) mounts.emplace_back().device = fields[1];
      if (in_mount) mounts.back().place = place;
      ++place;
    } else if (in_mount && fields[0] == "per-op") {
      in_operations = true;
    } else if (in_mount) {
      ok = in_operations ? ParseOperation(fields, &mounts.back())
                         : ParseStatistic(fields, &mounts.back());
    }
    if (!ok) return Malformed("mountstats", "expected KEY: and its numbers", line);
  }
  return mounts;
}

std::vector<std::string_view> ServerAddresses(std::string_view mountinfo) {
  constexpr std::string_view kOption = "addr=";
  std::vector<std::string_view> addresses;
  LineScanner lines(mountinfo);
  std::string_view line;
  while (lines.Next(&line)) {
    addresses.emplace_back();
    const std::string_view options = line.substr(line.rfind(' ') + 1);
    for (const std::string_view option : base::Split(options, ',')) {
      if (base::StartsWith(option, kOption)) addresses.back() = option.substr(kOption.size());
    }
  }
  return addresses;
}

}  // namespace vedette::exporters::node
