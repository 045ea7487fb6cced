#ifndef VEDETTE_APP_SYSTEMD_SOCKETS_H_
#define VEDETTE_APP_SYSTEMD_SOCKETS_H_

#include <vector>

#include "base/status.h"

namespace vedette::app {

// The sockets that systemd passed to this process (socket activation, sd_listen_fds(3)), which are
// the caller's from now on. NotFound where it passed none.
base::StatusOr<std::vector<int>> TakeSystemdSockets();

}  // namespace vedette::app

#endif  // VEDETTE_APP_SYSTEMD_SOCKETS_H_
