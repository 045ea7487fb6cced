#include "exporters/postgres/data_source.h"

#include <gtest/gtest.h>

#include "base/fs.h"
#include "exporters/postgres/sources.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::postgres {
namespace {

std::string Shown(const DataSource& source) {
  std::string text;
  for (const auto& [keyword, value] : source.params()) text += keyword + "=" + value + ";";
  return text;
}

TEST(DataSource, UrlsAndKeywordsGiveTheSameParameters) {
  struct {
    const char* text;
    const char* params;
    const char* label;
    const char* database;
  } const cases[] = {
      {"postgresql://bob:pw@db:6543/shop?sslmode=disable",
       "user=bob;password=pw;host=db;port=6543;dbname=shop;sslmode=disable;", "db:6543", "shop"},
      {"postgres://bob@db/", "user=bob;host=db;", "db:5432", "bob"},
      {"postgresql://u:p%40ss%2Fw%3Ard@[::1]:5433/d",
       "user=u;password=p@ss/w:rd;host=::1;port=5433;dbname=d;", "::1:5433", "d"},
      {"postgresql://u:p@ss@h/d", "user=u;password=p@ss;host=h;dbname=d;", "h:5432", "d"},
      {"postgresql:///shop?host=/run/postgresql&user=bob",
       "dbname=shop;host=/run/postgresql;user=bob;", "/run/postgresql:5432", "shop"},
      {"postgresql://a:1,b:2/d", "host=a,b;port=1,2;dbname=d;", "a,b:1,2", "d"},
      {"host=db port=6543 user=bob password='it''", nullptr, nullptr, nullptr},
      {"host=db user='o\\'brien x' password = \\'q\\\\ dbname=d",
       "host=db;user=o'brien x;password='q\\;dbname=d;", "db:5432", "d"},
      {"  host = db  user=bob ", "host=db;user=bob;", "db:5432", "bob"},
      {"host=db search_path='a, b' statement_timeout=5s binary_parameters=yes",
       "host=db;options=-c search_path=a,\\ b -c statement_timeout=5s;", "db:5432", ""},
      {"postgresql://", "", "localhost:5432", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto source = DataSource::Parse(c.text);
    ASSERT_EQ(source.ok(), c.params != nullptr) << source.status();
    if (!source.ok()) continue;
    EXPECT_EQ(Shown(*source), c.params);
    EXPECT_EQ(source->ServerLabel(), c.label);
    EXPECT_EQ(source->Database(), c.database);
  }
}

TEST(DataSource, ErrorsSayWhatIsWrongAndNeverShowTheText) {
  const std::pair<const char*, const char*> cases[] = {
      {"hunter2", "neither postgresql://"},
      {"mysql://u:hunter2@h/d", "neither postgresql://"},
      {"postgresql://u:hun%ter2@h/d", "two hexadecimal digits"},
      {"postgresql://u@h/d#hunter2", ""},
      {"postgresql://u:hunter2#x@h/d", "port is no number"},
      {"host=db port=hunter2", "port is no number"},
      {"host=db password='hunter2", "does not end"},
      {"host=db hunter2", "expected KEY=VALUE at byte"},
      {"postgresql://h/d?hunter2", "not KEY=VALUE"},
      {"postgresql://h#hunter2", "%23"},
  };
  for (const auto& [text, part] : cases) {
    SCOPED_TRACE(text);
    const auto source = DataSource::Parse(text);
    if (source.ok()) continue;
    EXPECT_NE(source.status().ToString().find(part), std::string::npos) << source.status();
    EXPECT_EQ(source.status().ToString().find("hunter2"), std::string::npos) << source.status();
  }
}

TEST(DataSource, ATargetNeedsNoScheme) {
  const auto source = DataSource::ParseTarget("10.0.0.1:5433/shop?sslmode=require");
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(Shown(*source), "host=10.0.0.1;port=5433;dbname=shop;sslmode=require;");
  EXPECT_EQ(Shown(*DataSource::ParseTarget("host=a user=b")), "host=a;user=b;");
  EXPECT_FALSE(DataSource::ParseTarget(" ").ok());
}

TEST(DataSource, CommasPartSourcesButNotHosts) {
  struct {
    const char* text;
    std::vector<std::string> parts;
  } const cases[] = {
      {"", {}},
      {"postgresql://a/d", {"postgresql://a/d"}},
      {"postgresql://a/d,postgres://b/e", {"postgresql://a/d", "postgres://b/e"}},
      {"postgresql://a:1,b:2/d,host=c", {"postgresql://a:1,b:2/d", "host=c"}},
      {"host=a,b port=1,2, host=c", {"host=a,b port=1,2", " host=c"}},
      {"host=a,,", {"host=a,,"}},
  };
  for (const auto& c : cases) EXPECT_EQ(SplitDataSources(c.text), c.parts) << c.text;
}

TEST(Sources, TheNameWinsOverTheParts) {
  const auto fs = base::NewPosixFileSystem();
  PostgresOptions::Source options;
  EXPECT_TRUE(ResolveSources(options, fs.get())->empty());
  options.uri = "db:5432/d?sslmode=disable";
  options.user = "bob";
  options.pass = "a/b?c#d@e";
  auto sources = ResolveSources(options, fs.get());
  ASSERT_TRUE(sources.ok() && sources->size() == 1);
  EXPECT_EQ(sources->front().Get("password"), "a/b?c#d@e");
  EXPECT_EQ(sources->front().Get("user"), "bob");
  EXPECT_EQ(sources->front().ServerLabel(), "db:5432");
  options.name = "host=a,host=b";
  EXPECT_EQ(ResolveSources(options, fs.get())->size(), 2u);
}

TEST(Sources, FilesWinOverTheEnvironmentAndErrorsNameThem) {
  const auto fs = base::NewPosixFileSystem();
  const test::TempDir dir;
  PostgresOptions::Source options;
  options.uri = "db/d";
  options.pass = "old";
  options.pass_file = dir.Write("pass", "new\n");
  EXPECT_EQ(ResolveSources(options, fs.get())->front().Get("password"), "new");
  options.pass_file = dir.Join("absent");
  const auto failed = ResolveSources(options, fs.get());
  ASSERT_FALSE(failed.ok());
  EXPECT_NE(failed.status().ToString().find(options.pass_file), std::string::npos);
}

}  // namespace
}  // namespace vedette::exporters::postgres
