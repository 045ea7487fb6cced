#ifndef VEDETTE_TESTS_COLLECTOR_AGENTS_AGENTS_FIXTURE_H_
#define VEDETTE_TESTS_COLLECTOR_AGENTS_AGENTS_FIXTURE_H_

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "collector/agents/registry.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"
#include "tests/support/open_map.h"

namespace vedette::agents {

// An agent's announcement; `number` tells it from others.
inline model::Announcement AnnouncementOf(int number, const std::string& host) {
  const std::string digit(1, static_cast<char>('0' + number % 10));
  model::Announcement out;
  out.id = std::to_string(100'000 + number);
  out.id.resize(model::Announcement::kIdDigits, '0');
  std::string key;
  for (size_t i = 0; i < model::Announcement::kKeyDigits; ++i) key += digit;
  out.key = base::Secret(key);
  out.host = host;
  out.pages = {{"node", 9100}};
  return out;
}

// A registry over a disk in memory.
class RegistryTest : public ::testing::Test {
 protected:
  RegistryTest() { Open(); }

  // The collector starts again.
  void Open() {
    registry_.reset();
    map_.reset();
    map_ = test::OpenMap(&fs_, &clock_, "/data/agents");
    Registry::Options options;
    options.state = map_.get();
    options.clock = &clock_;
    options.logger = &logger_;
    options.telemetry = &telemetry_;
    options.addresses.own_host = "primary";
    options.max_hosts = 50;
    auto registry = Registry::Open(options);
    ASSERT_TRUE(registry.ok()) << registry.status();
    registry_ = *std::move(registry);
  }

  // From an address that no other number has.
  base::Status Announce(int number, const std::string& host) {
    return registry_->Announce(AnnouncementOf(number, host), PeerOf(number));
  }
  static std::string PeerOf(int number) {
    return "10.0." + std::to_string(number / 250) + "." + std::to_string(1 + number % 250);
  }
  absl::StatusCode CodeOf(int number, const std::string& host) {
    return Announce(number, host).code();
  }
  void Pass(std::chrono::seconds time) {
    clock_.Advance(time);
    registry_->Sweep();
  }
  // "web1 web2(silent)"
  std::string Hosts() const {
    std::string out;
    for (const HostState& host : registry_->Hosts()) {
      out += (out.empty() ? "" : " ") + host.record.host + (host.silent ? "(silent)" : "");
    }
    return out;
  }

  test::FakeClock clock_;
  test::CaptureLogger logger_;
  test::FaultFs fs_;
  base::Telemetry telemetry_;
  std::unique_ptr<base::DurableMap> map_;
  std::unique_ptr<Registry> registry_;
};

}  // namespace vedette::agents

#endif  // VEDETTE_TESTS_COLLECTOR_AGENTS_AGENTS_FIXTURE_H_
