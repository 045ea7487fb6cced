#ifndef VEDETTE_EXPORTERS_NODE_NFS_MOUNT_H_
#define VEDETTE_EXPORTERS_NODE_NFS_MOUNT_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::node {

// One line "xprt:": a connection to the server.
struct NfsTransport {
  std::string_view protocol;  // tcp, udp, rdma
  // Bind, connect, idle seconds, sends, receives, bad transaction ids, backlog, and since
  // statistics 1.1 maximum of slots, sending queue, pending queue; 0 where there is none.
  std::vector<double> values;
};

// One line of "per-op statistics".
struct NfsOperation {
  std::string_view name;
  // Requests, transmissions, major timeouts, bytes sent, bytes received, then seconds queued, until
  // the response and in all.
  std::vector<double> values;
};

// An NFS mount in /proc/PID/mountstats. Borrows the file's text.
struct NfsMount {
  std::string_view device;
  size_t place = 0;  // among all mounts of the file
  double age_seconds = 0;
  std::vector<double> bytes;   // 8, or none
  std::vector<double> events;  // 27, or none
  std::vector<NfsTransport> transports;
  std::vector<NfsOperation> operations;
};

// The NFS mounts that have statistics. InvalidArgument quotes the line that is not as the kernel
// writes it.
base::StatusOr<std::vector<NfsMount>> ParseNfsMounts(std::string_view mountstats);

// For each mount of /proc/PID/mountinfo, which has the same order, the value of the super block's
// option addr, or "".
std::vector<std::string_view> ServerAddresses(std::string_view mountinfo);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_NFS_MOUNT_H_
