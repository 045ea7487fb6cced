#include "exporters/node/perf_event.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace vedette::exporters::node {

base::StatusOr<PerfEvent> PerfEvent::Open(uint32_t type, uint64_t config, int cpu) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = type;
  attributes.config = config;
  constexpr int kAllProcesses = -1;
  const long fd =
      ::syscall(SYS_perf_event_open, &attributes, kAllProcesses, cpu, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd >= 0) return PerfEvent(OpenFile(static_cast<int>(fd)));
  const int error = errno;
  if (error == EACCES || error == EPERM) {
    return base::PermissionDenied(
        "perf_event_open: not permitted; allowed are root, CAP_PERFMON, or any with "
        "kernel.perf_event_paranoid 0 or less");
  }
  if (error == ENOENT || error == EOPNOTSUPP || error == ENODEV || error == EINVAL) {
    return base::NotFound("perf_event_open: this machine cannot count the event");
  }
  return base::FromErrno(error, "perf_event_open");
}

base::StatusOr<uint64_t> PerfEvent::Read() const {
  uint64_t count = 0;
  if (::read(file_.fd(), &count, sizeof count) == static_cast<ssize_t>(sizeof count)) return count;
  return base::FromErrno(errno, "perf event");
}

}  // namespace vedette::exporters::node
