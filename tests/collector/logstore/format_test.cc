#include <gtest/gtest.h>

#include <string>

#include "base/codec/bytes.h"
#include "collector/logstore/block.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/manifest.h"
#include "collector/logstore/minute_counts.h"
#include "collector/logstore/push_record.h"
#include "tests/support/shared_dir.h"

namespace vedette::logstore {
namespace {

TEST(LogstoreFormat, DocumentNamesTheConstantsInUse) {
  const std::string text = test::ReadWholeFile(test::SourcePath("collector/logstore/FORMAT.md"));
  ASSERT_FALSE(text.empty());
  for (const std::string_view name :
       {kDeletesMagic, kDeletesFile, kManifestMagic, kPartMagic, kPartEndMagic, kLockFile,
        kManifestFile, kReserveFile, kWalFolder, kPartsFolder, kQuarantineFolder}) {
    EXPECT_NE(text.find(name), std::string::npos) << name;
  }
  EXPECT_NE(text.find("MANIFEST (version " + std::to_string(kManifestVersion)), std::string::npos);
  EXPECT_NE(text.find("DELETES (version " + std::to_string(kDeletesVersion)), std::string::npos);
  EXPECT_NE(text.find("Part (versions " + std::to_string(kRowsPartVersion) + " and " +
                      std::to_string(kColumnsPartVersion)),
            std::string::npos);
  EXPECT_EQ(kPartVersion, kColumnsPartVersion);
  EXPECT_NE(text.find("more than " + std::to_string(kMaxCountedLevels) + " levels"),
            std::string::npos);
  EXPECT_NE(text.find(std::to_string(kMaxCountedNames) + " at\nmost, then strings"),
            std::string::npos);
  EXPECT_NE(text.find("`" + std::string(kLevelName) + "`"), std::string::npos);
  EXPECT_NE(text.find("Log record (type " + std::to_string(kPushRecord)), std::string::npos);
  EXPECT_NE(text.find("| end - " + std::to_string(kPartFooterBytes)), std::string::npos);
  EXPECT_NE(text.find(std::to_string(kMaxBlockBytes >> 20) + " MiB"), std::string::npos);
}

TEST(LogstoreFormat, ManifestComesBackAndNewerOnesAreRefused) {
  Manifest manifest;
  manifest.next_part = 7;
  manifest.checkpoint = {{3, 99}, 1234, {{"journal:x", 42, 1'700'000'000'000}}};
  manifest.parts = {{PartFileName(19676, 6), 19676, 1000, 77}};
  const std::string bytes = manifest.Encode();
  const auto back = Manifest::Decode(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->Encode(), bytes);
  std::string newer = bytes;
  newer[8] = 2;
  EXPECT_EQ(Manifest::Decode(newer).status().code(), absl::StatusCode::kInvalidArgument);
  for (size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(Manifest::Decode(std::string_view(bytes).substr(0, i)).ok()) << i;
  }
}

TEST(LogstoreFormat, PushRecordComesBackAndCutOnesAreRefused) {
  PushRecord record;
  record.sequence = 9;
  record.source = "s";
  record.mark = 12;
  const model::Labels metadata{{"m", "n"}};
  const model::Labels none;
  record.streams.push_back({{{"a", "b"}}, {{-5, 11, &metadata, "line"}, {6, 12, &none, ""}}});
  const std::string bytes = record.Encode();
  const auto back = PushRecord::Decode(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->Encode(), bytes);
  EXPECT_EQ(back->EntryCount(), 2u);
  for (size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(PushRecord::Decode(std::string_view(bytes).substr(0, i)).ok()) << i;
  }
}

TEST(LogstoreFormat, BlockComesBackAndDamageIsRefusedNotTrusted) {
  const auto stream = std::make_shared<const Stream>(Stream{{{"a", "b"}}});
  const model::Labels none;
  const model::Labels metadata = {{"level", "info"}};
  const std::vector<Row> rows = {{-1, 5, stream.get(), &none, "first", false},
                                 {7, 3, stream.get(), &metadata, "", true},
                                 {7, 9, stream.get(), &metadata, "third", false}};
  const std::vector<uint32_t> ids = {0, 0, 0};
  BlockMeta meta;
  const std::string stored = EncodeBlock(rows, ids, &meta);
  const std::vector<StreamPtr> streams = {stream};
  const auto block = DecodeBlock(stored, meta, streams);
  ASSERT_TRUE(block.ok()) << block.status();
  ASSERT_EQ((*block)->rows().size(), 3u);
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = (*block)->rows()[i];
    EXPECT_EQ(row.timestamp_ns, rows[i].timestamp_ns);
    EXPECT_EQ(row.sequence, rows[i].sequence);
    EXPECT_EQ(row.line, rows[i].line);
    EXPECT_EQ(*row.metadata, *rows[i].metadata);
    EXPECT_EQ(row.sourced, rows[i].sourced);
  }
  BlockMeta lie = meta;
  lie.rows = uint64_t{1} << 60;
  EXPECT_FALSE(DecodeBlock(stored, lie, streams).ok());
  lie = meta;
  lie.raw_bytes = uint64_t{1} << 60;
  EXPECT_FALSE(DecodeBlock(stored, lie, streams).ok());
  EXPECT_FALSE(DecodeBlock(stored, meta, {}).ok());
  for (size_t i = 0; i < stored.size(); ++i) {
    EXPECT_FALSE(DecodeBlock(std::string_view(stored).substr(0, i), meta, streams).ok()) << i;
  }
}

TEST(LogstoreFormat, DaysAreUtcAlsoBefore1970) {
  EXPECT_EQ(DayOf(0), 0);
  EXPECT_EQ(DayOf(-1), -1);
  EXPECT_EQ(DayOf(kNanosPerDay - 1), 0);
  EXPECT_EQ(DayOf(-kNanosPerDay), -1);
  EXPECT_EQ(DayOf(-kNanosPerDay - 1), -2);
}

}  // namespace
}  // namespace vedette::logstore
