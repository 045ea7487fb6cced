#include "collector/agents/address_policy.h"

#include <gtest/gtest.h>

namespace vedette::agents {
namespace {

AddressPolicy Policy() {
  AddressPolicy policy;
  policy.own_host = "primary";
  policy.allowed.push_back(*base::http::IpRange::Parse("192.168.7.0/24"));
  policy.allowed.push_back(*base::http::IpRange::Parse("169.254.0.0/16"));
  policy.allowed.push_back(*base::http::IpRange::Parse("127.0.0.0/8"));
  policy.allowed.push_back(*base::http::IpRange::Parse("fd00:7::/32"));
  return policy;
}

TEST(AddressPolicy, OnlyTheAnnouncingAddressOrAnAllowedOneIsScraped) {
  const struct {
    const char* host;
    const char* announced;
    const char* peer;
    const char* scraped;  // empty: refused
  } kCases[] = {
      {"web1", "", "10.0.0.1", "10.0.0.1"},
      {"web1", "10.0.0.1", "10.0.0.1", "10.0.0.1"},
      {"web1", "", "::ffff:10.0.0.1", "10.0.0.1"},
      {"web1", "10.0.0.2", "10.0.0.1", ""},
      {"web1", "192.168.7.9", "10.0.0.1", "192.168.7.9"},
      {"web1", "192.168.8.9", "10.0.0.1", ""},
      {"web1", "", "fd00::1", "fd00::1"},
      {"web1", "fd00:0:0::1", "fd00::1", "fd00::1"},
      {"web1", "fd00:7::5", "10.0.0.1", "fd00:7::5"},
      {"web1", "fd00:8::5", "10.0.0.1", ""},
      // Never, though they are allowed or announce themselves: the metadata service, link-local.
      {"web1", "169.254.169.254", "10.0.0.1", ""},
      {"web1", "::ffff:169.254.169.254", "10.0.0.1", ""},
      {"web1", "", "169.254.3.4", ""},
      {"web1", "", "fe80::1", ""},
      {"web1", "", "fe80::1%eth0", ""},
      {"web1", "0.0.0.0", "10.0.0.1", ""},
      {"web1", "::", "10.0.0.1", ""},
      {"web1", "224.0.0.1", "10.0.0.1", ""},
      {"web1", "255.255.255.255", "10.0.0.1", ""},
      {"web1", "ff02::1", "10.0.0.1", ""},
      // Loopback is for the own machine alone: a proxy on it makes everybody look so.
      {"primary", "", "127.0.0.1", "127.0.0.1"},
      {"primary", "127.0.0.1", "::1", "127.0.0.1"},
      {"primary", "", "::1", "::1"},
      {"primary", "127.0.0.1", "10.0.0.1", ""},
      {"web1", "", "127.0.0.1", ""},
      {"web1", "127.0.0.1", "10.0.0.1", ""},
      {"web1", "::ffff:127.0.0.1", "10.0.0.1", ""},
      {"web1", "192.168.7.9", "127.0.0.1", "192.168.7.9"},
      // Names and other texts are no addresses.
      {"web1", "localhost", "10.0.0.1", ""},
      {"web1", "web1.example.org", "10.0.0.1", ""},
      {"web1", "10.0.0.1:9100", "10.0.0.1", ""},
      {"web1", "10.1", "10.0.0.1", ""},
      {"web1", "0x0a000001", "10.0.0.1", ""},
      {"web1", "[fd00::1]", "fd00::1", ""},
      {"web1", "10.0.0.1\n", "10.0.0.1", ""},
      {"web1", "", "", ""},
  };
  const AddressPolicy policy = Policy();
  for (const auto& c : kCases) {
    const auto address = policy.ScrapeAddress(c.host, c.announced, c.peer);
    EXPECT_EQ(address.value_or(""), c.scraped) << c.announced << " from " << c.peer;
  }
}

TEST(AddressPolicy, RefusalsNameTheFlagThatAllows) {
  const auto other = Policy().ScrapeAddress("web1", "10.0.0.2", "10.0.0.1");
  EXPECT_NE(base::Message(other.status()).find("--agents.allow-address"), std::string_view::npos);
  const auto proxied = Policy().ScrapeAddress("web1", "", "127.0.0.1");
  EXPECT_NE(base::Message(proxied.status()).find("--announce.address"), std::string_view::npos);
}

TEST(AddressPolicy, WhatIsForbiddenIsSoThroughATunnelToo) {
  AddressPolicy policy;
  policy.own_host = "primary";
  policy.allowed.push_back(*base::http::IpRange::Parse("::/0"));
  for (const char* const address :
       {"64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "2002:7f00:1::1", "64:ff9b::7f00:1",
        "::169.254.169.254", "::127.0.0.1", "fd00:ec2::254"}) {
    EXPECT_TRUE(
        absl::IsPermissionDenied(policy.ScrapeAddress("web1", address, "10.0.0.1").status()))
        << address;
  }
  for (const char* const address : {"64:ff9b::a00:1", "2002:a00:1::1", "fd00:ec1::254"}) {
    EXPECT_TRUE(policy.ScrapeAddress("web1", address, "10.0.0.1").ok()) << address;
  }
}

}  // namespace
}  // namespace vedette::agents
