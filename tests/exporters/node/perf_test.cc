// The collector perf on this machine's own events, where it may count them.
#include <gtest/gtest.h>
#include <linux/perf_event.h>
#include <sched.h>

#include <cstdlib>

#include "exporters/node/perf_event.h"
#include "tests/exporters/node/page.h"

namespace vedette::exporters::node {
namespace {

NodeOptions PerfOptions() {
  NodeOptions options;
  options.disable_defaults = true;
  options.collectors["perf"] = true;
  return options;
}

std::string Success(const std::string& page) {
  return ValueOf(page, "node_scrape_collector_success{collector=\"perf\"}");
}

class PerfCollector : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto event = PerfEvent::Open(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES, 0);
    if (!event.ok()) GTEST_SKIP() << "perf_event_open is refused here: " << event.status();
  }
};

TEST_F(PerfCollector, CountsSoftwareEventsOfTheCpusAsked) {
  NodeOptions options = PerfOptions();
  options.perf.cpus = "0";
  options.perf.software_profilers = {"ContextSwitch", "PageFault"};
  const PageMaker maker(options);
  ASSERT_TRUE(maker.exporter);
  const std::string series = "node_perf_context_switches_total{cpu=\"0\"}";
  const std::string first = ValueOf(maker.Get(), series);
  ASSERT_FALSE(first.empty());
  std::string page;
  for (int i = 0; i < 1000; ++i) {  // CPU 0 has more to do than us, at the latest after a while
    ::sched_yield();
    page = maker.Get();
    if (std::atof(ValueOf(page, series).c_str()) > std::atof(first.c_str())) break;
  }
  EXPECT_GT(std::atof(ValueOf(page, series).c_str()), std::atof(first.c_str()));
  EXPECT_EQ(Success(page), "1");
  EXPECT_NE(ValueOf(page, "node_perf_page_faults_total{cpu=\"0\"}"), "");
  EXPECT_EQ(ValueOf(page, "node_perf_page_faults_total{cpu=\"1\"}"), "");
  EXPECT_EQ(ValueOf(page, "node_perf_minor_faults_total{cpu=\"0\"}"), "") << "not asked for";
}

// Most virtual machines have no hardware events: the others are shown all the same.
TEST_F(PerfCollector, EventsThatTheMachineLacksAreLeftOut) {
  NodeOptions options = PerfOptions();
  options.perf.cpus = "0";
  const std::string page = PageMaker(options).Get();
  EXPECT_EQ(Success(page), "1");
  EXPECT_NE(ValueOf(page, "node_perf_context_switches_total{cpu=\"0\"}"), "");
}

TEST_F(PerfCollector, TracepointThatDoesNotExistIsTheCollectorsFailure) {
  NodeOptions options = PerfOptions();
  options.perf.tracepoints = {"vedette:nothing"};
  const PageMaker maker(options);
  EXPECT_EQ(Success(maker.Get()), "0");
  EXPECT_EQ(maker.logger.Count("vedette:nothing"), 1);
}

TEST(PerfOptions, MistakesAreRefusedAtStart) {
  NodeOptions cpus = PerfOptions();
  cpus.perf.cpus = "3-1";
  EXPECT_EQ(PageMaker(cpus).exporter, nullptr);
  NodeOptions event = PerfOptions();
  event.perf.software_profilers = {"Coffee"};
  EXPECT_EQ(PageMaker(event).exporter, nullptr);
  NodeOptions tracepoint = PerfOptions();
  tracepoint.perf.tracepoints = {"sched"};
  EXPECT_EQ(PageMaker(tracepoint).exporter, nullptr);
}

}  // namespace
}  // namespace vedette::exporters::node
