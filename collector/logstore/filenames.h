#ifndef VEDETTE_COLLECTOR_LOGSTORE_FILENAMES_H_
#define VEDETTE_COLLECTOR_LOGSTORE_FILENAMES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Every name and constant of FORMAT.md (a test compares the two).

namespace vedette::logstore {

inline constexpr std::string_view kLockFile = "LOCK";
inline constexpr std::string_view kManifestFile = "MANIFEST";
inline constexpr std::string_view kDeletesFile = "DELETES";
inline constexpr std::string_view kReserveFile = "reserve";
inline constexpr std::string_view kWalFolder = "wal";
inline constexpr std::string_view kPartsFolder = "parts";
inline constexpr std::string_view kQuarantineFolder = "quarantine";

inline constexpr std::string_view kManifestMagic = "VDLOGMAN";
inline constexpr std::string_view kPartMagic = "VDLOGROW";
inline constexpr std::string_view kPartEndMagic = "VDLOGEND";
inline constexpr std::string_view kDeletesMagic = "VDLOGDEL";
inline constexpr uint32_t kManifestVersion = 1;
inline constexpr uint32_t kDeletesVersion = 1;
inline constexpr uint32_t kRowsPartVersion = 3;     // level-0 parts
inline constexpr uint32_t kColumnsPartVersion = 4;  // day parts
inline constexpr uint32_t kPartVersion = 4;         // the newest that is read
// The same without counts, as they were written before.
inline constexpr uint32_t kRowsWithoutCountsVersion = 1;
inline constexpr uint32_t kColumnsWithoutCountsVersion = 2;
inline constexpr uint64_t kPartHeaderBytes = 16;
inline constexpr uint64_t kPartFooterBytes = 40;
inline constexpr uint8_t kPushRecord = 1;  // the log's record type

inline constexpr uint64_t kTargetBlockBytes = 1ull << 20;
inline constexpr uint64_t kMaxBlockBytes = 8ull << 20;
inline constexpr uint64_t kMaxIndexBytes = 256ull << 20;

inline constexpr int64_t kNanosPerDay = 86'400'000'000'000;

// The UTC day of a time, also before 1970.
inline int64_t DayOf(int64_t timestamp_ns) {
  return timestamp_ns / kNanosPerDay - (timestamp_ns % kNanosPerDay < 0 ? 1 : 0);
}

inline constexpr std::string_view kRowsSuffix = ".rows";
inline constexpr std::string_view kColumnsSuffix = ".cols";

// "020778-00000012.rows"; a day part's ends in ".cols".
std::string PartFileName(int64_t day, uint64_t number, std::string_view suffix = kRowsSuffix);
// The 12 of these; nothing for other names.
std::optional<uint64_t> PartNumber(std::string_view name);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_FILENAMES_H_
