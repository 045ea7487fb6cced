#ifndef VEDETTE_APP_LOCAL_SERVICE_H_
#define VEDETTE_APP_LOCAL_SERVICE_H_

#include <cstdint>
#include <string>

namespace vedette::app {

// Whether someone listens on this host, found by connecting and hanging up; waits for at most a
// second. Stateless, thread-safe.
bool ListensOnPort(uint16_t port);              // of 127.0.0.1
bool ListensOnSocket(const std::string& path);  // a Unix stream socket

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOCAL_SERVICE_H_
