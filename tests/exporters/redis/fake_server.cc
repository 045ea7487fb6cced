#include "tests/exporters/redis/fake_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"
#include "exporters/redis/reply.h"

namespace vedette::exporters::redis {
namespace {

constexpr int kStepMs = 20;

std::string WordsOf(const Reply& command) {
  std::vector<std::string> words;
  for (const Reply& word : command.items) words.push_back(word.text);
  return base::Join(words, " ");
}

bool IsReadable(int fd) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, kStepMs) > 0;
}

}  // namespace

FakeServer::FakeServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
  ::listen(listener_, 8);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

FakeServer::~FakeServer() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

void FakeServer::Serve() {
  while (!stop_) {
    if (!IsReadable(listener_)) continue;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    Talk(fd);
    ::close(fd);
  }
}

void FakeServer::Talk(int fd) {
  ReplyReader reader;
  char buffer[4096];
  while (!stop_) {
    if (!IsReadable(fd)) continue;
    const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n <= 0 || !reader.Feed({buffer, static_cast<size_t>(n)}).ok()) return;
    while (true) {
      const auto command = reader.Next();
      if (!command.ok()) return;
      if (!*command) break;
      const std::string text = answer_(WordsOf(**command));
      if (text == "CLOSE") return;
      if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) return;
    }
  }
}

std::string Bulk(const std::string& text) {
  return base::Concat({"$", std::to_string(text.size()), "\r\n", text, "\r\n"});
}

}  // namespace vedette::exporters::redis
