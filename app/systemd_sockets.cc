#include "app/systemd_sockets.h"

#include <systemd/sd-daemon.h>

#include <numeric>

namespace vedette::app {

base::StatusOr<std::vector<int>> TakeSystemdSockets() {
  constexpr int kUnsetEnvironment = 1;  // children are not to take them for theirs
  const int count = sd_listen_fds(kUnsetEnvironment);
  if (count < 0) return base::FromErrno(-count, "--web.systemd-socket: LISTEN_FDS");
  if (count == 0) {
    return base::NotFound(
        "--web.systemd-socket: systemd passed no socket; let a .socket unit start the service");
  }
  std::vector<int> sockets(static_cast<size_t>(count));
  std::iota(sockets.begin(), sockets.end(), SD_LISTEN_FDS_START);
  return sockets;
}

}  // namespace vedette::app
