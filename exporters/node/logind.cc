// node_logind_sessions by D-Bus.
#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <tuple>

#include "exporters/node/collectors.h"
#include "exporters/node/dbus.h"

namespace vedette::exporters::node {
namespace {

constexpr char kService[] = "org.freedesktop.login1";
constexpr char kManagerPath[] = "/org/freedesktop/login1";
constexpr char kManager[] = "org.freedesktop.login1.Manager";
constexpr char kSession[] = "org.freedesktop.login1.Session";

// Every combination is shown, so that series neither come nor go; what is not here is "other".
constexpr const char* kTypes[] = {"other", "unspecified", "tty", "x11", "wayland", "mir", "web"};
constexpr const char* kClasses[] = {"other", "user", "greeter", "lock-screen", "background"};

struct Session {
  std::string seat;
  std::string path;
  bool is_remote = false;
  std::string type;
  std::string session_class;
  DbusProperty properties[3];
};

template <size_t N>
std::string KnownOrOther(const std::string& value, const char* const (&known)[N]) {
  return std::find(std::begin(known), std::end(known), value) == std::end(known) ? "other" : value;
}

// An array of (id, path).
int ReadSeats(sd_bus_message* reply, std::vector<std::string>* seats) {
  int r = sd_bus_message_enter_container(reply, 'a', "(so)");
  const char* id = nullptr;
  const char* path = nullptr;
  while (r >= 0 && (r = sd_bus_message_read(reply, "(so)", &id, &path)) > 0) {
    seats->push_back(id);
  }
  return r;
}

// An array of (id, user id, user, seat, path).
int ReadSessions(sd_bus_message* reply, std::deque<Session>* sessions) {
  int r = sd_bus_message_enter_container(reply, 'a', "(susso)");
  const char* id = nullptr;
  uint32_t user_id = 0;
  const char* user = nullptr;
  const char* seat = nullptr;
  const char* path = nullptr;
  while (r >= 0 &&
         (r = sd_bus_message_read(reply, "(susso)", &id, &user_id, &user, &seat, &path)) > 0) {
    Session& session = sessions->emplace_back();
    session.seat = seat;
    session.path = path;
  }
  return r;
}

class Logind final : public Collector {
 public:
  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const auto bus, DbusConnection::OpenSystem(scrape));
    std::vector<std::string> seats;
    std::deque<Session> sessions;
    const DbusConnection::Target manager{kService, kManagerPath, kManager};
    VEDETTE_RETURN_IF_ERROR(bus->Call(
        manager, "ListSeats", [&](sd_bus_message* reply) { return ReadSeats(reply, &seats); }));
    VEDETTE_RETURN_IF_ERROR(bus->Call(manager, "ListSessions", [&](sd_bus_message* reply) {
      return ReadSessions(reply, &sessions);
    }));
    VEDETTE_RETURN_IF_ERROR(bus->Wait());
    VEDETTE_RETURN_IF_ERROR(AskSessions(bus.get(), &sessions));
    seats.push_back("");  // of sessions that come over the network
    Expose(seats, sessions, sink);
    return base::Status();
  }

 private:
  static base::Status AskSessions(DbusConnection* bus, std::deque<Session>* sessions) {
    for (Session& session : *sessions) {
      session.properties[0] = {"Remote", 'b', &session.is_remote};
      session.properties[1] = {"Type", 's', &session.type};
      session.properties[2] = {"Class", 's', &session.session_class};
      VEDETTE_RETURN_IF_ERROR(bus->GetProperties({kService, session.path.c_str(), kSession},
                                                 session.properties,
                                                 std::size(session.properties)));
    }
    return bus->Wait();
  }

  static void Expose(const std::vector<std::string>& seats, const std::deque<Session>& sessions,
                     FamilySink* sink) {
    std::map<std::tuple<std::string, std::string, std::string, std::string>, uint64_t> counts;
    for (const Session& session : sessions) {
      if (session.session_class.empty()) continue;  // it ended meanwhile
      ++counts[{KnownOrOther(session.session_class, kClasses), session.is_remote ? "true" : "false",
                session.seat, KnownOrOther(session.type, kTypes)}];
    }
    FamilyRef family =
        sink->Gauge("node_logind_sessions", "Number of sessions registered in logind.");
    for (const char* const remote : {"true", "false"}) {
      for (const char* const type : kTypes) {
        for (const char* const session_class : kClasses) {
          for (const std::string& seat : seats) {
            const auto count = counts.find({session_class, remote, seat, type});
            family.Add(
                count == counts.end() ? 0 : static_cast<double>(count->second),
                {{"class", session_class}, {"remote", remote}, {"seat", seat}, {"type", type}});
          }
        }
      }
    }
  }
};

}  // namespace

MadeCollector MakeLogind(const CollectorContext&) { return std::make_unique<Logind>(); }

}  // namespace vedette::exporters::node
