#ifndef VEDETTE_EXPORTERS_NODE_DBUS_H_
#define VEDETTE_EXPORTERS_NODE_DBUS_H_

#include <systemd/sd-bus.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "exporters/runtime/collector.h"

namespace vedette::exporters::node {

// A property of a D-Bus object that is wanted: the value stays as it is where the object lacks it.
struct DbusProperty {
  const char* name;
  char type;    // 's', 'b', 'u' or 't' of the D-Bus signature
  void* value;  // std::string, bool, uint32_t or uint64_t
};

// A connection on which many calls are under way at the same time. Calls are sent at once and
// answered in Wait, so that a hundred objects cost one round trip. Belongs to one scrape; one
// thread.
class DbusConnection {
 public:
  // Reads a reply, negative errno on one that is not as expected. Not called for error replies.
  using Reader = std::function<int(sd_bus_message* reply)>;

  // The system bus, or what DBUS_SYSTEM_BUS_ADDRESS says.
  static base::StatusOr<std::unique_ptr<DbusConnection>> OpenSystem(const Scrape& scrape);
  // A bus or peer at a socket's path.
  static base::StatusOr<std::unique_ptr<DbusConnection>> OpenPeer(const char* path,
                                                                  const Scrape& scrape);
  ~DbusConnection();
  DbusConnection(const DbusConnection&) = delete;
  DbusConnection& operator=(const DbusConnection&) = delete;

  struct Target {
    const char* service;
    const char* path;
    const char* interface;
  };
  // Calls a method without arguments.
  base::Status Call(const Target& target, const char* method, Reader read);
  // Asks for some properties of an interface: by GetAll where there are several, by Get for one.
  // `properties` and what they point to outlive Wait. An object that went away gives nothing.
  base::Status GetProperties(const Target& target, const DbusProperty* properties, size_t count);

  // Until every call is answered. DeadlineExceeded at the scrape's end; the first error reply of a
  // Call, by name and message.
  base::Status Wait();

 private:
  struct Pending;
  struct Closer {
    void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
  };
  explicit DbusConnection(const Scrape& scrape) : scrape_(scrape) {}
  base::Status Send(sd_bus_message* message, Reader read, bool is_optional);
  static int OnReply(sd_bus_message* reply, void* pending, sd_bus_error* error);
  // Takes replies until no more than `allowed` calls are unanswered.
  base::Status Drain(size_t allowed);

  const Scrape scrape_;
  std::unique_ptr<sd_bus, Closer> bus_;
  size_t unanswered_ = 0;
  base::Status first_error_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_DBUS_H_
