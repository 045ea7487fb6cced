#include <gtest/gtest.h>

#include <string>

#include "collector/logstore/columns/granule.h"
#include "collector/logstore/columns/number_form.h"
#include "collector/logstore/columns/string_column.h"
#include "tests/support/shared_dir.h"

namespace vedette::logstore {
namespace {

TEST(GranuleFormat, DocumentNamesTheConstantsInUse) {
  const std::string text =
      test::ReadWholeFile(test::SourcePath("collector/logstore/columns/FORMAT.md"));
  ASSERT_FALSE(text.empty());
  EXPECT_NE(text.find("at most " + std::to_string(kMaxGranuleRows) + " rows"), std::string::npos);
  EXPECT_NE(text.find(std::to_string(kTargetGranuleBytes >> 20) + " MiB"), std::string::npos);
  EXPECT_NE(text.find("| " + std::to_string(StringColumn::kMaxForm) + " copy"), std::string::npos);
  EXPECT_NE(text.find(std::to_string(NumberForm::kMaxKind) + " UTC date"), std::string::npos);
}

}  // namespace
}  // namespace vedette::logstore
