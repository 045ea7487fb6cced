#include "tests/base/http/raw_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace vedette::test {

RawClient::RawClient(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
}

RawClient::~RawClient() { Close(); }

void RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;  // the server may close while we still talk
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

bool RawClient::ReadSome(std::string* out) {
  char buffer[4096];
  const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
  if (n <= 0) return false;
  out->append(buffer, static_cast<size_t>(n));
  return true;
}

std::string RawClient::ReadAll() {
  std::string all;
  while (ReadSome(&all)) {
  }
  return all;
}

std::string RawClient::ReadUntil(std::string_view text) {
  std::string all;
  while (all.find(text) == std::string::npos && ReadSome(&all)) {
  }
  return all;
}

void RawClient::Close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace vedette::test
