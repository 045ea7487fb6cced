#include "exporters/node/dbus.h"

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/strings.h"

namespace vedette::exporters::node {
namespace {

constexpr const char* kPropertiesInterface = "org.freedesktop.DBus.Properties";
// A system bus refuses more than 128 calls under way (dbus-daemon's max_replies_per_connection).
constexpr size_t kMaxUnanswered = 96;
constexpr size_t kRefillBelow = 48;

struct MessageCloser {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, MessageCloser>;

// The value of a variant into `property`; a value of another type is passed over.
int ReadVariant(sd_bus_message* reply, const DbusProperty& property) {
  const char* contents = nullptr;
  if (const int r = sd_bus_message_peek_type(reply, nullptr, &contents); r < 0) return r;
  if (contents == nullptr || contents[0] != property.type || contents[1] != '\0') {
    return sd_bus_message_skip(reply, "v");
  }
  if (const int r = sd_bus_message_enter_container(reply, 'v', contents); r < 0) return r;
  int r = 0;
  if (property.type == 's') {
    const char* text = nullptr;
    r = sd_bus_message_read_basic(reply, 's', &text);
    if (r > 0) *static_cast<std::string*>(property.value) = text;
  } else if (property.type == 'b') {
    int flag = 0;
    r = sd_bus_message_read_basic(reply, 'b', &flag);
    if (r > 0) *static_cast<bool*>(property.value) = flag != 0;
  } else {
    r = sd_bus_message_read_basic(reply, property.type, property.value);
  }
  return r < 0 ? r : sd_bus_message_exit_container(reply);
}

// One entry of a reply to GetAll.
int ReadEntry(sd_bus_message* reply, const DbusProperty* properties, size_t count) {
  const char* name = nullptr;
  if (const int r = sd_bus_message_read_basic(reply, 's', &name); r < 0) return r;
  int r = -1;
  for (size_t i = 0; i < count && r == -1; ++i) {
    if (std::strcmp(properties[i].name, name) == 0) r = ReadVariant(reply, properties[i]);
  }
  if (r == -1) r = sd_bus_message_skip(reply, "v");
  return r < 0 ? r : sd_bus_message_exit_container(reply);
}

int ReadAll(sd_bus_message* reply, const DbusProperty* properties, size_t count) {
  int r = sd_bus_message_enter_container(reply, 'a', "{sv}");
  if (r < 0) return r;
  while ((r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
    if (r = ReadEntry(reply, properties, count); r < 0) return r;
  }
  return r;
}

}  // namespace

struct DbusConnection::Pending {
  DbusConnection* connection;
  Reader read;
  bool is_optional;
};

base::StatusOr<std::unique_ptr<DbusConnection>> DbusConnection::OpenSystem(const Scrape& scrape) {
  std::unique_ptr<DbusConnection> connection(new DbusConnection(scrape));
  sd_bus* bus = nullptr;
  const int r = sd_bus_open_system(&bus);
  connection->bus_.reset(bus);
  if (r < 0) return base::FromErrno(-r, "D-Bus: connect to the system bus");
  return connection;
}

base::StatusOr<std::unique_ptr<DbusConnection>> DbusConnection::OpenPeer(const char* path,
                                                                         const Scrape& scrape) {
  std::unique_ptr<DbusConnection> connection(new DbusConnection(scrape));
  sd_bus* bus = nullptr;
  int r = sd_bus_new(&bus);
  connection->bus_.reset(bus);
  if (r >= 0) r = sd_bus_set_address(bus, base::Concat({"unix:path=", path}).c_str());
  if (r >= 0) r = sd_bus_start(bus);
  if (r < 0) return base::FromErrno(-r, base::Concat({"D-Bus: connect to ", path}));
  return connection;
}

DbusConnection::~DbusConnection() = default;

base::Status DbusConnection::Call(const Target& target, const char* method, Reader read) {
  sd_bus_message* raw = nullptr;
  const int r = sd_bus_message_new_method_call(bus_.get(), &raw, target.service, target.path,
                                               target.interface, method);
  const Message message(raw);
  if (r < 0) return base::FromErrno(-r, base::Concat({"D-Bus: ", method}));
  return Send(raw, std::move(read), false);
}

base::Status DbusConnection::GetProperties(const Target& target, const DbusProperty* properties,
                                           size_t count) {
  const bool is_one = count == 1;
  sd_bus_message* raw = nullptr;
  int r = sd_bus_message_new_method_call(bus_.get(), &raw, target.service, target.path,
                                         kPropertiesInterface, is_one ? "Get" : "GetAll");
  const Message message(raw);
  if (r >= 0) r = sd_bus_message_append_basic(raw, 's', target.interface);
  if (r >= 0 && is_one) r = sd_bus_message_append_basic(raw, 's', properties[0].name);
  if (r < 0) return base::FromErrno(-r, base::Concat({"D-Bus: properties of ", target.path}));
  return Send(
      raw,
      [properties, count, is_one](sd_bus_message* reply) {
        return is_one ? ReadVariant(reply, properties[0]) : ReadAll(reply, properties, count);
      },
      true);
}

base::Status DbusConnection::Send(sd_bus_message* message, Reader read, bool is_optional) {
  if (unanswered_ >= kMaxUnanswered) VEDETTE_RETURN_IF_ERROR(Drain(kRefillBelow));
  auto pending = std::make_unique<Pending>(Pending{this, std::move(read), is_optional});
  sd_bus_slot* slot = nullptr;
  const uint64_t usec = static_cast<uint64_t>(scrape_.RemainingNanos()) / 1000 + 1;
  const int r = sd_bus_call_async(bus_.get(), &slot, message, &OnReply, pending.get(), usec);
  if (r < 0) return base::FromErrno(-r, "D-Bus: send");
  // The slot belongs to the connection and takes what it was given along when it ends.
  sd_bus_slot_set_destroy_callback(slot, [](void* data) { delete static_cast<Pending*>(data); });
  pending.release();
  sd_bus_slot_set_floating(slot, 1);
  sd_bus_slot_unref(slot);
  ++unanswered_;
  return base::Status();
}

int DbusConnection::OnReply(sd_bus_message* reply, void* data, sd_bus_error*) {
  const auto* const pending = static_cast<const Pending*>(data);
  DbusConnection* const connection = pending->connection;
  --connection->unanswered_;
  base::Status status;
  if (const sd_bus_error* const error = sd_bus_message_get_error(reply); error != nullptr) {
    status = base::Unavailable(base::Concat(
        {"D-Bus: ", error->name, ": ", error->message != nullptr ? error->message : ""}));
  } else if (const int r = pending->read(reply); r < 0) {
    status = base::FromErrno(-r, "D-Bus: reply");
  }
  if (!status.ok() && !pending->is_optional && connection->first_error_.ok()) {
    connection->first_error_ = status;
  }
  return 1;
}

base::Status DbusConnection::Wait() {
  VEDETTE_RETURN_IF_ERROR(Drain(0));
  return first_error_;
}

base::Status DbusConnection::Drain(size_t allowed) {
  while (unanswered_ > allowed) {
    const int64_t left = scrape_.RemainingNanos();
    if (left <= 0) return base::DeadlineExceeded("D-Bus: no answer within the scrape's time");
    int r = sd_bus_process(bus_.get(), nullptr);
    if (r == 0) r = sd_bus_wait(bus_.get(), static_cast<uint64_t>(left) / 1000 + 1);
    if (r < 0 && r != -EINTR) return base::FromErrno(-r, "D-Bus: connection");
  }
  return base::Status();
}

}  // namespace vedette::exporters::node
