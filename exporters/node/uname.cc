// node_uname_info from uname(2).
#include <sys/utsname.h>

#include <cerrno>

#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

class Uname final : public Collector {
 public:
  base::Status Collect(const Scrape&, FamilySink* sink) override {
    utsname name{};
    if (::uname(&name) != 0) return base::FromErrno(errno, "uname");
    sink->Gauge("node_uname_info",
                "Labeled system information as provided by the uname system call.")
        .Add(1, {{"domainname", static_cast<const char*>(name.domainname)},
                 {"machine", static_cast<const char*>(name.machine)},
                 {"nodename", static_cast<const char*>(name.nodename)},
                 {"release", static_cast<const char*>(name.release)},
                 {"sysname", static_cast<const char*>(name.sysname)},
                 {"version", static_cast<const char*>(name.version)}});
    return base::Status();
  }
};

}  // namespace

MadeCollector MakeUname(const CollectorContext&) { return std::make_unique<Uname>(); }

}  // namespace vedette::exporters::node
