#ifndef VEDETTE_TESTS_EXPORTERS_NODE_BUS_STAND_IN_H_
#define VEDETTE_TESTS_EXPORTERS_NODE_BUS_STAND_IN_H_

#include <systemd/sd-bus.h>

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "tests/exporters/node/peer.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::node {

// A D-Bus daemon of the test's own, which DBUS_SYSTEM_BUS_ADDRESS names while it lives, and on it a
// service in a thread that answers as it is told. Set it up, then Start.
class BusStandIn {
 public:
  // Appends the reply's contents.
  using Reply = std::function<int(sd_bus_message* reply)>;

  explicit BusStandIn(std::string service);
  ~BusStandIn();
  BusStandIn(const BusStandIn&) = delete;
  BusStandIn& operator=(const BusStandIn&) = delete;

  void OnCall(const std::string& member, Reply reply) { calls_[member] = std::move(reply); }
  // A property, whose reply appends a variant.
  void SetProperty(const std::string& path, const std::string& name, Reply reply) {
    properties_[path][name] = std::move(reply);
  }
  void SetText(const std::string& path, const std::string& name, const std::string& value);
  void SetUint32(const std::string& path, const std::string& name, uint32_t value);
  void SetUint64(const std::string& path, const std::string& name, uint64_t value);
  void SetBool(const std::string& path, const std::string& name, bool value);
  // Answers nothing from now on.
  void FallSilent() { is_silent_ = true; }

  // False where no daemon could be started.
  bool Start();
  int calls() const { return count_; }

 private:
  static int OnMessage(sd_bus_message* message, void* self, sd_bus_error* error);
  int Answer(sd_bus_message* message);
  int AnswerProperties(sd_bus_message* message, sd_bus_message* reply, bool all);
  void Serve();

  const std::string service_;
  const test::TempDir folder_;
  std::map<std::string, Reply> calls_;
  std::map<std::string, std::map<std::string, Reply>> properties_;
  std::unique_ptr<ChildProcess> daemon_;
  sd_bus* bus_ = nullptr;
  std::atomic<bool> is_silent_ = false;
  std::atomic<bool> is_ending_ = false;
  std::atomic<int> count_ = 0;
  std::thread thread_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_TESTS_EXPORTERS_NODE_BUS_STAND_IN_H_
