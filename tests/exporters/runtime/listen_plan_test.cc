#include "exporters/runtime/listen_plan.h"

#include <gtest/gtest.h>

namespace vedette::exporters {
namespace {

TEST(ListenPlan, AddressAndWebConfigurationChooseTheServer) {
  struct {
    const char* address;
    ListenFacts facts;
    const char* civetweb;
    const char* base_http;
  } const cases[] = {
      {":9100", {false, true}, "0.0.0.0:9100", "[::]:9100"},
      {":9100", {false, false}, "0.0.0.0:9100", ""},
      {":9100", {true, true}, "", ":9100"},
      {"127.0.0.1:9100", {false, true}, "127.0.0.1:9100", ""},
      {"127.0.0.1:9100", {true, true}, "", "127.0.0.1:9100"},
      {"0.0.0.0:1", {false, true}, "0.0.0.0:1", ""},
      {"[::1]:9100", {false, true}, "", "[::1]:9100"},
      {"localhost:9100", {false, true}, "127.0.0.1:9100", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.address);
    const auto plan = PlanListen(c.address, c.facts);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_EQ(plan->civetweb, c.civetweb);
    EXPECT_EQ(plan->base_http, c.base_http);
  }
}

TEST(ListenPlan, BadAddressesAreNamed) {
  for (const char* address :
       {"9100", "127.0.0.1:", "127.0.0.1:70000", "::1:9100", "no-such-host.invalid:9100"}) {
    const auto plan = PlanListen(address, {});
    ASSERT_FALSE(plan.ok()) << address;
    EXPECT_NE(std::string(plan.status().message()).find(address), std::string::npos);
  }
}

}  // namespace
}  // namespace vedette::exporters
