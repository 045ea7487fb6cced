#include "tests/base/http/proxy_stand_in.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace vedette::test {
namespace {

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void SendAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

// False at the end.
bool Move(int from, int to) {
  std::array<char, 4096> buffer;
  const ssize_t n = ::recv(from, buffer.data(), buffer.size(), 0);
  if (n <= 0) return false;
  SendAll(to, {buffer.data(), static_cast<size_t>(n)});
  return true;
}

}  // namespace

ProxyStandIn::ProxyStandIn(uint16_t to, int status) : to_(to), status_(status) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
  ::listen(listener_, 1);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

ProxyStandIn::~ProxyStandIn() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string ProxyStandIn::Head() {
  const std::lock_guard lock(mutex_);
  return head_;
}

void ProxyStandIn::Serve() {
  const int client = ::accept(listener_, nullptr, nullptr);
  if (client < 0) return;
  std::string head;
  char c = 0;
  while (head.find("\r\n\r\n") == std::string::npos && ::recv(client, &c, 1, 0) == 1) head += c;
  {
    const std::lock_guard lock(mutex_);
    head_ = head;
  }
  if (head.rfind("CONNECT", 0) != 0) {
    SendAll(client, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied");
  } else {
    SendAll(client, "HTTP/1.1 " + std::to_string(status_) + " X\r\n\r\n");
    if (status_ == 200) Tunnel(client);
  }
  ::close(client);
}

void ProxyStandIn::Tunnel(int client) const {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(to_);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    std::array<pollfd, 2> waits = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    for (bool open = true; open && ::poll(waits.data(), waits.size(), -1) > 0;) {
      if (waits[0].revents != 0) open = Move(client, server);
      if (open && waits[1].revents != 0) open = Move(server, client);
    }
  }
  ::close(server);
}

}  // namespace vedette::test
