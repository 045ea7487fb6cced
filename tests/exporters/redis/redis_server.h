#ifndef VEDETTE_TESTS_EXPORTERS_REDIS_REDIS_SERVER_H_
#define VEDETTE_TESTS_EXPORTERS_REDIS_REDIS_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "exporters/redis/connection.h"
#include "tests/exporters/redis/process.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::redis {

// A real redis-server on 127.0.0.1 and a unix socket, in a folder of its own; ended with the
// object. Saves nothing unless told to.
class RedisServer {
 public:
  struct Options {
    std::vector<std::string> arguments;  // "--appendonly", "yes"
    bool sentinel = false;
    std::string password;  // to talk to it with
  };

  RedisServer() : RedisServer(Options()) {}
  explicit RedisServer(Options options);

  uint16_t port() const { return port_; }
  std::string Uri() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  std::string unix_path() const { return folder_.Join("socket"); }
  const test::TempDir& folder() const { return folder_; }

  // Runs a command by a connection of its own; an error reply where the server cannot be reached.
  Reply Run(Command command) const;
  void Kill() { process_->Kill(); }
  // Starts it again on the same port.
  void Start();

 private:
  const Options options_;
  const test::TempDir folder_;
  const uint16_t port_;
  std::unique_ptr<Process> process_;
};

// Tries until `done` is true, for up to 30 s.
bool WaitUntil(const std::function<bool()>& done);

}  // namespace vedette::exporters::redis

// Use at the start of a test: skips it, saying so, where Redis is not installed.
#define VEDETTE_REDIS_OR_SKIP()                                    \
  if (!::vedette::exporters::redis::IsInstalled("redis-server")) { \
    GTEST_SKIP() << "no redis-server on this machine";             \
  }

#endif  // VEDETTE_TESTS_EXPORTERS_REDIS_REDIS_SERVER_H_
