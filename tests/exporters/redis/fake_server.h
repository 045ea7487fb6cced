#ifndef VEDETTE_TESTS_EXPORTERS_REDIS_FAKE_SERVER_H_
#define VEDETTE_TESTS_EXPORTERS_REDIS_FAKE_SERVER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace vedette::exporters::redis {

// A TCP server on 127.0.0.1 that says what the test tells it: for every command of any connection
// it sends what `answer` gives for its words joined by blanks, as it stands. An empty answer says
// nothing; "CLOSE" closes.
class FakeServer {
 public:
  using Answer = std::function<std::string(const std::string& command)>;

  explicit FakeServer(Answer answer);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string Uri() const { return "redis://127.0.0.1:" + std::to_string(port_); }

 private:
  void Serve();
  void Talk(int fd);

  const Answer answer_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// A bulk string on the wire.
std::string Bulk(const std::string& text);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_TESTS_EXPORTERS_REDIS_FAKE_SERVER_H_
