#include "tests/exporters/node/bus_stand_in.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>

#include "base/strings.h"

namespace vedette::exporters::node {
namespace {

constexpr char kDaemon[] = "/usr/bin/dbus-daemon";
constexpr uint64_t kWaitMicros = 20'000;

std::string Configuration(const std::string& address) {
  return base::Concat(
      {"<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
       "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n",
       "<busconfig><type>session</type><listen>", address, "</listen><auth>EXTERNAL</auth>",
       "<policy context=\"default\"><allow send_destination=\"*\"/><allow eavesdrop=\"true\"/>",
       "<allow own=\"*\"/></policy></busconfig>\n"});
}

}  // namespace

BusStandIn::BusStandIn(std::string service) : service_(std::move(service)) {}

BusStandIn::~BusStandIn() {
  is_ending_ = true;
  if (thread_.joinable()) thread_.join();
  if (bus_ != nullptr) sd_bus_close_unref(bus_);
  ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
}

void BusStandIn::SetText(const std::string& path, const std::string& name,
                         const std::string& value) {
  SetProperty(path, name, [value](sd_bus_message* reply) {
    return sd_bus_message_append(reply, "v", "s", value.c_str());
  });
}

void BusStandIn::SetUint32(const std::string& path, const std::string& name, uint32_t value) {
  SetProperty(path, name, [value](sd_bus_message* reply) {
    return sd_bus_message_append(reply, "v", "u", value);
  });
}

void BusStandIn::SetUint64(const std::string& path, const std::string& name, uint64_t value) {
  SetProperty(path, name, [value](sd_bus_message* reply) {
    return sd_bus_message_append(reply, "v", "t", value);
  });
}

void BusStandIn::SetBool(const std::string& path, const std::string& name, bool value) {
  SetProperty(path, name, [value](sd_bus_message* reply) {
    return sd_bus_message_append(reply, "v", "b", value ? 1 : 0);
  });
}

bool BusStandIn::Start() {
  if (::access(kDaemon, X_OK) != 0) return false;
  const std::string address = "unix:path=" + folder_.Join("bus");
  const std::string config = folder_.Write("bus.conf", Configuration(address));
  daemon_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{kDaemon, "--nofork", "--config-file=" + config});
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", address.c_str(), 1);
  for (int i = 0; i < 500; ++i) {  // the daemon takes a moment to listen
    if (sd_bus_open_system(&bus_) >= 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (bus_ == nullptr || sd_bus_request_name(bus_, service_.c_str(), 0) < 0 ||
      sd_bus_add_filter(bus_, nullptr, &OnMessage, this) < 0) {
    return false;
  }
  thread_ = std::thread([this] { Serve(); });
  return true;
}

void BusStandIn::Serve() {
  while (!is_ending_) {
    const int r = sd_bus_process(bus_, nullptr);
    if (r < 0) return;
    if (r == 0) sd_bus_wait(bus_, kWaitMicros);
  }
}

int BusStandIn::OnMessage(sd_bus_message* message, void* self, sd_bus_error*) {
  uint8_t type = 0;
  sd_bus_message_get_type(message, &type);
  if (type != SD_BUS_MESSAGE_METHOD_CALL) return 0;
  return static_cast<BusStandIn*>(self)->Answer(message);
}

int BusStandIn::Answer(sd_bus_message* message) {
  ++count_;
  if (is_silent_) return 1;
  sd_bus_message* reply = nullptr;
  int r = sd_bus_message_new_method_return(message, &reply);
  if (r < 0) return r;
  const std::string member = sd_bus_message_get_member(message);
  if (member == "Get" || member == "GetAll") {
    r = AnswerProperties(message, reply, member == "GetAll");
  } else {
    const auto call = calls_.find(member);
    r = call == calls_.end() ? -EBADR : call->second(reply);
  }
  r = r < 0 ? sd_bus_reply_method_errno(message, -r, nullptr) : sd_bus_send(bus_, reply, nullptr);
  sd_bus_message_unref(reply);
  return r < 0 ? r : 1;
}

int BusStandIn::AnswerProperties(sd_bus_message* message, sd_bus_message* reply, bool all) {
  const char* interface = nullptr;
  const char* name = "";
  int r = sd_bus_message_read(message, "s", &interface);
  if (r >= 0 && !all) r = sd_bus_message_read(message, "s", &name);
  if (r < 0) return r;
  const auto object = properties_.find(sd_bus_message_get_path(message));
  if (object == properties_.end()) return -ENOENT;
  if (!all) {
    const auto property = object->second.find(name);
    return property == object->second.end() ? -ENOENT : property->second(reply);
  }
  r = sd_bus_message_open_container(reply, 'a', "{sv}");
  for (const auto& [key, append] : object->second) {
    if (r >= 0) r = sd_bus_message_open_container(reply, 'e', "sv");
    if (r >= 0) r = sd_bus_message_append(reply, "s", key.c_str());
    if (r >= 0) r = append(reply);
    if (r >= 0) r = sd_bus_message_close_container(reply);
  }
  return r < 0 ? r : sd_bus_message_close_container(reply);
}

}  // namespace vedette::exporters::node
