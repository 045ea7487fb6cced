#include "tests/exporters/redis/redis_server.h"

#include <chrono>
#include <thread>

#include "base/strings.h"
#include "tests/support/free_port.h"

namespace vedette::exporters::redis {
namespace {

base::SystemClock* Clock() {
  static base::SystemClock clock;
  return &clock;
}

}  // namespace

RedisServer::RedisServer(Options options) : options_(std::move(options)), port_(test::FreePort()) {
  folder_.Write("redis.conf", "");
  Start();
}

Reply RedisServer::Run(Command command) const {
  Reply failure;
  failure.kind = Reply::Kind::kError;
  const Deadline deadline = {Clock(), Clock()->MonotonicNanos() + 20'000'000'000};
  const auto address = ParseAddress(Uri());
  Login login;
  login.password = base::Secret(options_.password);
  Resolver resolver(Clock());
  const auto connection = Connection::Open(*address, login, nullptr, deadline, &resolver);
  if (!connection.ok()) return failure;
  auto reply = (*connection)->RunOne(std::move(command), deadline);
  return reply.ok() ? *std::move(reply) : failure;
}

void RedisServer::Start() {
  std::vector<std::string> arguments = {"redis-server", folder_.Join("redis.conf")};
  if (options_.sentinel) arguments.push_back("--sentinel");
  for (const std::string& argument :
       {std::string("--bind"), std::string("127.0.0.1"), std::string("--port"),
        std::to_string(port_), std::string("--dir"), folder_.path(), std::string("--unixsocket"),
        unix_path()}) {
    arguments.push_back(argument);
  }
  if (!options_.sentinel) {
    for (const char* argument : {"--save", "", "--enable-debug-command", "yes"}) {
      arguments.emplace_back(argument);
    }
  }
  arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
  process_ = std::make_unique<Process>(arguments);
  WaitUntil([this] { return Run({"PING"}).text == "PONG"; });
}

bool WaitUntil(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace vedette::exporters::redis
