#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>

#include "store_fixture.h"

// A byte flipped in a file of any kind costs what that file holds at most, and no start.

namespace vedette::logstore {
namespace {

using Files = std::map<std::string, std::string>;

base::StatusOr<DeleteFilter> DeleteAll(std::string_view) { return DeleteFilter{}; }

// A day part with "cols", row blocks with "rows", the log with "log", and a line that is deleted.
Files WholeStore() {
  TestStore t;
  t.delete_parser = DeleteAll;
  t.rewrite_rows_parts = 1;
  VEDETTE_CHECK(t.Open().ok());
  VEDETTE_CHECK(t.Push(OneLine("deleted", kNowNs - 4)).ok());
  VEDETTE_CHECK(t.Push(OneLine("cols", kNowNs - 3)).ok());
  VEDETTE_CHECK(t.store->Flush().ok());
  VEDETTE_CHECK(t.store->Maintain().ok());
  VEDETTE_CHECK(t.store->Delete("all", kNowNs - 4, kNowNs - 3).ok());
  VEDETTE_CHECK(t.Push(OneLine("rows", kNowNs - 2)).ok());
  VEDETTE_CHECK(t.store->Flush().ok());
  VEDETTE_CHECK(t.Push(OneLine("log", kNowNs - 1)).ok());
  t.store.reset();
  Files files;
  for (const std::string folder : {"", "parts/", "wal/"}) {
    const auto names = t.fs.List("data/logs/" + folder);
    VEDETTE_CHECK(names.ok());
    for (const std::string& name : *names) {
      if (name == "parts" || name == "wal" || name == "LOCK") continue;
      const auto bytes = t.fs.ReadFile("data/logs/" + folder + name);
      VEDETTE_CHECK(bytes.ok());
      files[folder + name] = *bytes;
    }
  }
  return files;
}

// The lines of a store of these files; nothing when it does not start.
std::optional<std::set<std::string>> LinesOf(const Files& files, base::Status* opened) {
  TestStore t;
  t.delete_parser = DeleteAll;
  for (const std::string folder : {"parts", "wal"}) {
    VEDETTE_CHECK(t.fs.CreateDirs("data/logs/" + folder).ok());
  }
  for (const auto& [name, bytes] : files) {
    VEDETTE_CHECK(t.fs.WriteFileAtomic("data/logs/" + name, bytes).ok());
  }
  *opened = t.Open();
  if (!opened->ok()) return std::nullopt;
  const std::vector<std::string> lines = t.Read();
  std::set<std::string> found(lines.begin(), lines.end());
  EXPECT_EQ(found.size(), lines.size()) << "a line is there twice";
  return found;
}

// The line that a file holds; of others nothing is lost.
std::string HeldBy(const std::string& file) {
  if (file.ends_with(".cols")) return "cols";
  if (file.ends_with(".rows")) return "rows";
  return file.starts_with("wal/") ? "log" : "";
}

TEST(StoreDamage, AByteFlippedInAFileOfAnyKindCostsOnlyWhatItHolds) {
  const Files sound = WholeStore();
  std::set<std::string> kinds;
  base::Status opened;
  ASSERT_EQ(LinesOf(sound, &opened), (std::set<std::string>{"cols", "log", "rows"})) << opened;
  for (const auto& [name, bytes] : sound) {
    kinds.insert(HeldBy(name));
    for (size_t at = 0; at < bytes.size(); ++at) {
      Files files = sound;
      files[name][at] ^= 2;
      const auto lines = LinesOf(files, &opened);
      // Of a format that is newer nothing is known.
      if (!lines && absl::IsInvalidArgument(opened)) continue;
      ASSERT_TRUE(lines.has_value()) << name << " byte " << at << " " << opened;
      for (const std::string line : {"cols", "log", "rows"}) {
        EXPECT_TRUE(line == HeldBy(name) || lines->contains(line))
            << name << " byte " << at << " cost " << line;
      }
      EXPECT_TRUE(!lines->contains("deleted") || name == "DELETES") << name << " byte " << at;
    }
  }
  EXPECT_EQ(kinds.size(), 4u) << "a day part, row blocks, the log, lists";
}

}  // namespace
}  // namespace vedette::logstore
