#ifndef VEDETTE_TESTS_BASE_HTTP_PROXY_STAND_IN_H_
#define VEDETTE_TESTS_BASE_HTTP_PROXY_STAND_IN_H_

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace vedette::test {

// A proxy on a free port of 127.0.0.1 for one connection. CONNECT is answered with `status` and, at
// 200, tunnelled to 127.0.0.1:`to`; any other request gets the body "proxied".
class ProxyStandIn {
 public:
  explicit ProxyStandIn(uint16_t to, int status = 200);
  ~ProxyStandIn();
  ProxyStandIn(const ProxyStandIn&) = delete;
  ProxyStandIn& operator=(const ProxyStandIn&) = delete;

  std::string Url() const { return "http://a:b@127.0.0.1:" + std::to_string(port_); }
  // The request as it came, up to the blank line.
  std::string Head();

 private:
  void Serve();
  void Tunnel(int client) const;

  const uint16_t to_;
  const int status_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::string head_;
  std::thread thread_;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_BASE_HTTP_PROXY_STAND_IN_H_
