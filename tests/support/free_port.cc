#include "tests/support/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>

namespace vedette::test {
namespace {

constexpr uint16_t kLowest = 12'000;
constexpr uint16_t kHighest = 21'999;

bool IsFree(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool is_bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return is_bound;
}

}  // namespace

uint16_t FreePort() {
  std::random_device random;
  std::uniform_int_distribution<uint16_t> any(kLowest, kHighest);
  for (;;) {
    if (const uint16_t port = any(random); IsFree(port)) return port;
  }
}

}  // namespace vedette::test
