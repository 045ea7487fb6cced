#include "exporters/caddy/relay.h"

#include <gtest/gtest.h>

#include "exporters/runtime/family_text.h"
#include "tests/support/metrics_page.h"
#include "tests/support/shared_dir.h"

namespace vedette::exporters::caddy {
namespace {

std::string Relayed(const std::string& text) {
  auto families = ReadFamilies(text);
  EXPECT_TRUE(families.ok()) << families.status();
  return families.ok() ? WritePage(*std::move(families), model::exposition::Format::kText) : "";
}

TEST(CaddyRelay, APageComesOutAsItWent) {
  const std::string page =
      "# HELP a_total A \\\\ counter\\nof two lines.\n# TYPE a_total counter\n"
      "a_total{empty=\"\",quoted=\"o\\\"b\\\\c\\nd\"} 3\n"
      "# HELP b Untyped.\n# TYPE b untyped\nb 1 1700000000000\n"
      "# HELP c A histogram.\n# TYPE c histogram\n"
      "c_bucket{x=\"1\",le=\"0.005\"} 1\nc_bucket{x=\"1\",le=\"+Inf\"} 2\n"
      "c_sum{x=\"1\"} 0.25\nc_count{x=\"1\"} 2\n"
      "c_bucket{x=\"2\",le=\"0.005\"} 0\nc_bucket{x=\"2\",le=\"+Inf\"} 0\n"
      "c_sum{x=\"2\"} 0\nc_count{x=\"2\"} 0\n"
      "# HELP d A summary.\n# TYPE d summary\n"
      "d{quantile=\"0.5\"} NaN\nd{quantile=\"1\"} 4\nd_sum 5\nd_count 6\n";
  EXPECT_EQ(Relayed(page), page);
}

TEST(CaddyRelay, RecordedPagesComeOutByteByByte) {
  for (const char* name : {"caddy.prom", "caddy-no-per-host.prom", "caddy-after-reload.prom"}) {
    SCOPED_TRACE(name);
    VEDETTE_SHARED_OR_SKIP(path, std::string("reference/exporters/") + name);
    const std::string page = test::ReadWholeFile(path);
    EXPECT_EQ(Relayed(page), page);
  }
}

TEST(CaddyRelay, BadPagesAreRefusedWithTheirLine) {
  const struct {
    const char* page;
    const char* said;
  } cases[] = {
      {"<html>\n", "line 1"},          {"a 1\nb{x=\"1\" 2\n", "line 2"},
      {"a{x=\"1\",x=\"2\"} 1\n", "x"}, {"# TYPE c histogram\nc_bucket{le=\"x\"} 1\n", "bound"},
      {"a one\n", "line 1"},
  };
  for (const auto& c : cases) {
    const auto families = ReadFamilies(c.page);
    ASSERT_FALSE(families.ok()) << c.page;
    EXPECT_NE(base::Message(families.status()).find(c.said), std::string_view::npos)
        << families.status();
  }
  EXPECT_TRUE(ReadFamilies("")->empty());
}

}  // namespace
}  // namespace vedette::exporters::caddy
