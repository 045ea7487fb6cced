// Truncated, huge and garbage copies of every file that the collectors read: nothing dies, nothing
// else is harmed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "tests/exporters/node/page.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::node {
namespace {

namespace fs = std::filesystem;

// Collectors that read the machine and no tree.
bool ReadsNoTree(std::string_view name) {
  for (const char* known : {"ethtool", "filesystem", "logind", "network_route", "ntp", "perf",
                            "supervisord", "systemd", "tcpstat", "textfile"}) {
    if (name == known) return true;
  }
  return false;
}

std::vector<std::string> TreeCollectors() {
  std::vector<std::string> names;
  for (const CollectorSpec& spec : AllCollectors()) {
    if (!ReadsNoTree(spec.name)) names.push_back(spec.name);
  }
  return names;
}

class DamagedTree : public ::testing::Test {
 protected:
  void SetUp() override {
    VEDETTE_SHARED_OR_SKIP(fixtures, "reference/exporters/node-fixtures");
    const std::string command = base::Concat(
        {"zstd -dcq '", fixtures, "/tree.tar.zst' | tar -xf - -C '", tree_.path(), "'"});
    ASSERT_EQ(std::system(command.c_str()), 0);
  }

  NodeOptions Options() const {
    NodeOptions options = TreeOptions(tree_.path(), TreeCollectors());
    options.arp.netlink = false;
    options.qdisc.fixtures = tree_.Join("qdisc");
    options.wifi.fixtures = tree_.Join("wifi");
    options.sysctl.include = {"fs.file-nr"};
    return options;
  }

  // Every file of the tree, or of a part of it, with what `change` makes of its content.
  void Damage(std::string (*change)(const std::string& content), const char* part = "") const {
    for (const auto& entry : fs::recursive_directory_iterator(tree_.Join(part))) {
      if (!entry.is_regular_file() || entry.is_symlink()) continue;
      const std::string changed = change(test::ReadWholeFile(entry.path().string()));
      std::ofstream(entry.path(), std::ios::binary | std::ios::trunc) << changed;
    }
  }

  void ExpectOthersThere() const {
    const PageMaker maker(Options());
    ASSERT_NE(maker.exporter, nullptr);
    for (int scrape = 0; scrape < 2; ++scrape) {  // the second meets what the first remembered
      const std::string page = maker.Get();
      EXPECT_EQ(ValueOf(page, "node_scrape_collector_success{collector=\"uname\"}"), "1");
      EXPECT_NE(page.find("node_uname_info{"), std::string::npos);
      for (const std::string& name : TreeCollectors()) {
        const std::string success =
            ValueOf(page, "node_scrape_collector_success{collector=\"" + name + "\"}");
        EXPECT_TRUE(success == "0" || success == "1") << name << ": " << success;
      }
    }
  }

  const test::TempDir tree_{test::MemoryFolder()};  // written and removed whole by every test
};

TEST_F(DamagedTree, EmptyFiles) {
  Damage([](const std::string&) { return std::string(); });
  ExpectOthersThere();
}

TEST_F(DamagedTree, HalfFiles) {
  Damage([](const std::string& content) { return content.substr(0, content.size() / 2); });
  ExpectOthersThere();
}

TEST_F(DamagedTree, FilesWithoutTheirLastByte) {
  Damage([](const std::string& content) {
    return content.substr(0, content.size() - std::min<size_t>(content.size(), 1));
  });
  ExpectOthersThere();
}

TEST_F(DamagedTree, NumbersThatAreNone) {
  Damage([](const std::string& content) {
    std::string changed = content;
    for (char& c : changed) c = c >= '0' && c <= '9' ? 'x' : c;
    return changed;
  });
  ExpectOthersThere();
}

TEST_F(DamagedTree, NumbersOutOfRange) {
  Damage([](const std::string& content) {
    std::string changed;
    for (const char c : content) {
      changed += c >= '0' && c <= '9' ? "-99999999999999999999" : std::string(1, c);
    }
    return changed;
  });
  ExpectOthersThere();
}

TEST_F(DamagedTree, BinaryGarbage) {
  Damage([](const std::string& content) {
    std::string changed = content;
    uint32_t state = 12345;
    for (char& c : changed) {
      state = state * 1664525u + 1013904223u;
      c = static_cast<char>(state >> 24);
    }
    return changed;
  });
  ExpectOthersThere();
}

TEST_F(DamagedTree, LinesWithoutEndAndFieldsWithoutNumber) {
  const auto join = [](const std::string& content) {
    std::string changed = content;
    std::replace(changed.begin(), changed.end(), '\n', ' ');
    while (!changed.empty() && changed.size() < 50'000) changed += changed;
    return changed;
  };
  Damage(join, "proc");
  ExpectOthersThere();
}

TEST_F(DamagedTree, FilesThatAreFolders) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(tree_.path())) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  for (const fs::path& file : files) {
    fs::remove(file);
    fs::create_directory(file);
  }
  ExpectOthersThere();
}

}  // namespace
}  // namespace vedette::exporters::node
