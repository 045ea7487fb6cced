#include "series_source.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/codec/compress.h"
#include "model/exposition/parser.h"
#include "model/wire_batch.h"
#include "tests/support/shared_dir.h"

namespace vedette::bench {
namespace {

constexpr uint64_t kMaxBody = 64 << 20;
constexpr int64_t kStartMs = 1'795'219'200'000;

using Series = std::vector<model::SeriesSamples>;

Series Sorted(Series series) {
  std::sort(series.begin(), series.end(),
            [](const auto& a, const auto& b) { return a.labels < b.labels; });
  return series;
}

// Takes requests on one connection each until it closes; no more HTTP than mgen speaks.
class Receiver {
 public:
  ~Receiver() {
    if (socket_ >= 0) close(socket_);
  }

  base::Status Listen() {
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (socket_ < 0 || bind(socket_, generic, length) != 0 || listen(socket_, 8) != 0 ||
        getsockname(socket_, generic, &length) != 0) {
      return base::Unavailable("cannot listen on 127.0.0.1");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { AcceptAll(); });
    return {};
  }
  int port() const { return port_; }

  Series Finish() {
    shutdown(socket_, SHUT_RDWR);
    acceptor_.join();
    connections_.clear();  // joins
    Series all;
    for (auto& [first, series] : by_instance_) {
      std::move(series.begin(), series.end(), std::back_inserter(all));
    }
    return all;
  }

 private:
  void AcceptAll() {
    for (int fd = accept(socket_, nullptr, nullptr); fd >= 0;
         fd = accept(socket_, nullptr, nullptr)) {
      connections_.emplace_back([this, fd] { Serve(fd); });
    }
  }
  void Serve(int fd) {
    std::string bytes;
    std::string chunk(1 << 20, '\0');
    for (ssize_t got = read(fd, chunk.data(), chunk.size()); got > 0;
         got = read(fd, chunk.data(), chunk.size())) {
      bytes.append(chunk, 0, static_cast<size_t>(got));
      while (TakeRequest(&bytes)) {
        constexpr std::string_view kAnswer = "HTTP/1.1 204 No Content\r\n\r\n";
        if (write(fd, kAnswer.data(), kAnswer.size()) < 0) break;
      }
    }
    close(fd);
  }
  bool TakeRequest(std::string* bytes) {
    const size_t head = bytes->find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const size_t field = bytes->find("Content-Length: ");
    if (field > head) std::abort();
    const size_t length = std::strtoull(bytes->data() + field + 16, nullptr, 10);
    if (bytes->size() < head + 4 + length) return false;
    Keep(std::string_view(*bytes).substr(head + 4, length));
    bytes->erase(0, head + 4 + length);
    return true;
  }
  // A request is one step of one instance, its series always in the same order.
  void Keep(std::string_view body) {
    const std::string protobuf = base::SnappyDecompress(body, kMaxBody).value();
    const model::WireBatch batch = model::WireBatch::ParseV1(protobuf).value();
    Series* series = nullptr;
    {
      std::lock_guard lock(mutex_);
      series = &by_instance_[batch.LabelsOf(0).value().bytes()];
    }
    if (series->empty()) series->resize(batch.size());
    for (size_t i = 0; i < batch.size(); ++i) {
      model::SeriesSamples& one = series->at(i);
      if (one.labels.empty()) one.labels = batch.LabelsOf(i).value();
      if (!batch.LabelsAre(i, one.labels.bytes()) || batch.Samples(i).size() != 1) std::abort();
      one.timestamps_ms.push_back(batch.Samples(i).front().time_ms);
      one.values.push_back(batch.Samples(i).front().value);
    }
  }

  int socket_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::map<std::string, Series> by_instance_;  // nodes stay where they are
  std::vector<std::jthread> connections_;      // the acceptor's
  std::jthread acceptor_;
};

base::Status AddPage(std::string_view page, int64_t time_ms,
                     std::map<std::string, model::SeriesSamples>* series) {
  model::exposition::Parser parser(page, model::exposition::Format::kText);
  while (true) {
    VEDETTE_ASSIGN_OR_RETURN(const auto kind, parser.Next());
    if (kind == model::exposition::EntryKind::kEnd) return {};
    if (kind != model::exposition::EntryKind::kSeries) continue;
    model::Labels labels;
    VEDETTE_RETURN_IF_ERROR(parser.ReadLabels(&labels));
    model::SeriesSamples& one = (*series)[labels.bytes()];
    one.labels = std::move(labels);
    one.timestamps_ms.push_back(time_ms);
    one.values.push_back(parser.value());
  }
}

}  // namespace

base::StatusOr<Series> FromMgen(const std::string& program, int instances, int steps) {
  Receiver receiver;
  VEDETTE_RETURN_IF_ERROR(receiver.Listen());
  const std::string command =
      program + " -target http://127.0.0.1:" + std::to_string(receiver.port()) + "/ -instances " +
      std::to_string(instances) + " -steps " + std::to_string(steps) + " 1>&2";
  if (std::system(command.c_str()) != 0) return base::Unavailable("failed: " + command);
  return Sorted(receiver.Finish());
}

base::StatusOr<Series> FromPages(const std::string& path, int instances, int64_t step_ms) {
  const std::string text = test::ReadWholeFile(path);
  std::map<std::string, model::SeriesSamples> once;
  int64_t time_ms = kStartMs;
  constexpr std::string_view kMark = "#SCRAPE";
  for (size_t at = text.find(kMark); at != std::string::npos; time_ms += step_ms) {
    const size_t begin = text.find('\n', at) + 1;
    at = text.find(kMark, begin);
    VEDETTE_RETURN_IF_ERROR(
        AddPage(std::string_view(text).substr(begin, at - begin), time_ms, &once));
  }
  Series all;
  for (int instance = 0; instance < instances; ++instance) {
    for (const auto& [bytes, series] : once) {
      model::SeriesSamples copy = series;
      copy.labels = model::LabelsBuilder(series.labels)
                        .Set("instance", "node" + std::to_string(instance) + ":9100")
                        .Set("job", "node")
                        .Build();
      for (int64_t& at : copy.timestamps_ms) at += instance * 100;
      all.push_back(std::move(copy));
    }
  }
  return Sorted(std::move(all));
}

}  // namespace vedette::bench
