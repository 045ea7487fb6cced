#ifndef VEDETTE_TESTS_SUPPORT_FREE_PORT_H_
#define VEDETTE_TESTS_SUPPORT_FREE_PORT_H_

#include <cstdint>

namespace vedette::test {

// A TCP port of 127.0.0.1 that nobody has, for a server that is started later or for nobody. It is below
// those that the kernel gives out itself (net.ipv4.ip_local_port_range), so that no test beside this one
// gets it meanwhile; 10,000 above it is one too, for the bus of a Redis cluster. From any thread.
uint16_t FreePort();

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_FREE_PORT_H_
