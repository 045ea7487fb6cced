#include "app/logs_cover.h"

#include <gtest/gtest.h>

namespace vedette::app {
namespace {

TEST(CoveringSelectors, EachStreamSatisfiesJustOne) {
  EXPECT_EQ(CoveringSelectors({}), std::vector<std::string>());
  EXPECT_EQ(CoveringSelectors({{{"job", "a"}}, {{"job", "b"}, {"app", "x"}}}),
            std::vector<std::string>{"{job=~\".+\"}"});
  const std::vector<LogLabels> streams = {
      {{"job", "a"}, {"host", "1"}}, {{"job", "b"}, {"app", "y"}}, {{"app", "x"}},
      {{"filename", "/var/log/x"}},  {{"job", ""}, {"app", "z"}},
  };
  EXPECT_EQ(CoveringSelectors(streams),
            (std::vector<std::string>{"{app=~\".+\"}", "{filename=~\".+\",app=\"\"}",
                                      "{host=~\".+\",app=\"\",filename=\"\"}"}));
}

}  // namespace
}  // namespace vedette::app
