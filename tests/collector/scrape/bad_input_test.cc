// What targets can do to a scrape: each costs its own target alone, and says why. The server is a
// socket that says any bytes; client and loop are the real ones.
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/scrape/scrape_loop.h"
#include "tests/support/capture_logger.h"
#include "tests/support/metric_value.h"

namespace vedette::scrape {
namespace {

// Serves each connection by `say`, which writes to the socket; afterwards it is closed.
class SocketServer {
 public:
  using Say = std::function<void(int socket)>;
  explicit SocketServer(Say say) : say_(std::move(say)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    ::listen(listener_, 16);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~SocketServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }
  int Connections() const { return connections_; }

  // False when the peer is gone.
  static bool Send(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }

 private:
  void Serve() {
    for (;;) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      ++connections_;
      std::array<char, 4096> head;
      if (::recv(socket, head.data(), head.size(), 0) > 0) say_(socket);
      ::close(socket);
    }
  }

  const Say say_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

std::string Page(const std::string& body, const std::string& headers = "",
                 const std::string& type = "text/plain") {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class KeepingSink final : public model::SampleSink {
 public:
  base::StatusOr<model::AppendStats> Append(std::span<const model::LentSample> samples) override {
    model::AppendStats stats;
    for (const model::LentSample& row : samples) {
      values[std::string(row.labels->MetricName())] = row.value;
      ++stats.accepted;
    }
    return stats;
  }
  void OnDurable(std::function<void(const base::Status&)> done) override { done({}); }
  std::map<std::string, double> values;
};

class BadInput : public ::testing::Test {
 protected:
  BadInput() {
    context_.sink = &sink_;
    context_.clock = &clock_;
    context_.logger = &logger_;
    context_.metrics = &metrics_;
    context_.texts = &texts_;
  }

  // The error of one scrape of what says `say`; `options` are further lines of the job.
  std::string Scrape(SocketServer::Say say, const std::string& options = "") {
    SocketServer server(std::move(say));
    return ScrapeAt(server.Address(), options);
  }
  std::string Scrape(const std::string& answer, const std::string& options = "") {
    return Scrape([answer](int socket) { SocketServer::Send(socket, answer); }, options);
  }
  std::string ScrapeAt(const std::string& address, const std::string& options) {
    const auto config =
        ParseConfig("scrape_configs:\n- job_name: j\n  static_configs: [{targets: ['" + address +
                        "']}]\n" + options,
                    "f");
    EXPECT_TRUE(config.ok()) << config.status();
    if (!config.ok()) return "";
    const auto& job = config->jobs.at(0);
    JobTargets targets = BuildTargets(job, job->discovery.static_groups);
    ScrapeLoop loop(
        std::move(targets.active.at(0)),
        {std::make_shared<const Fetcher>(
             *job, base::http::ConfiguredClient::Options{fs_.get(), &clock_, nullptr, nullptr}),
         nullptr},
        &context_);
    sink_.values.clear();
    loop.Scrape({});
    const std::string error = loop.Status().last_error;
    EXPECT_EQ(sink_.values.at("up"), error.empty() ? 1 : 0) << error;
    return error;
  }
  // Of how many scrapes the reason was this one.
  double Failures(const std::string& reason) const {
    return test::MetricValue(telemetry_, "vedette_scrape_failures_total", {{"reason", reason}})
        .value_or(-1);
  }
  double Metric(const std::string& name) const {
    return test::MetricValue(telemetry_, name).value_or(-1);
  }
  static void ExpectPart(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), text.npos) << text;
  }

  KeepingSink sink_;
  base::SystemClock clock_;
  test::CaptureLogger logger_;
  base::Telemetry telemetry_;
  ScrapeMetrics metrics_{&telemetry_};
  MetadataPool texts_;
  LoopContext context_;
  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
};

constexpr char kShort[] = "  scrape_timeout: 200ms\n";

TEST_F(BadInput, ASlowBodyTimesOut) {
  const auto slow = [](int socket) {
    SocketServer::Send(socket, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\na 1\n");
    pollfd gone{socket, POLLIN, 0};
    ::poll(&gone, 1, 60'000);  // until the peer gives up
  };
  ExpectPart(Scrape(slow, kShort), "timed out");
  EXPECT_EQ(Failures("timeout"), 1);
}

TEST_F(BadInput, AnEndlessBodyEndsAtItsLimit) {
  const auto endless = [](int socket) {
    SocketServer::Send(socket, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
    while (SocketServer::Send(socket, std::string(10'000, '#'))) {
    }
  };
  EXPECT_EQ(Scrape(endless, "  body_size_limit: 1MB\n"),
            "body size limit exceeded (1048576 bytes)");
  EXPECT_EQ(Failures("body_size"), 1);
  EXPECT_EQ(Metric("prometheus_target_scrapes_exceeded_body_size_limit_total"), 1);
}

TEST_F(BadInput, AHugeBodyIsRefusedByWhatItSaysOfItself) {
  ExpectPart(Scrape("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
                    "99999999999999\r\n\r\na 1\n",
                    "  body_size_limit: 1MB\n  extra_scrape_metrics: true\n"),
             "body size limit exceeded");
  EXPECT_EQ(sink_.values.at("scrape_body_size_bytes"), -1);
}

TEST_F(BadInput, ATruncatedBodyIsNotTaken) {
  ExpectPart(
      Scrape("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 99\r\n\r\na 1\n"),
      "127.0.0.1");
  EXPECT_EQ(sink_.values.count("a"), 0u);
  EXPECT_EQ(Failures("connection"), 1);
}

TEST_F(BadInput, CodedBodiesAreUndoneWithinTheLimit) {
  const std::string text = "a 1\n" + std::string(100'000, '#') + "\n";
  const std::string gzip = "Content-Encoding: gzip\r\n";
  const std::string zstd = "Content-Encoding: zstd\r\n";
  EXPECT_EQ(Scrape(Page(base::GzipCompress(text), gzip)), "");
  EXPECT_EQ(sink_.values.at("a"), 1);
  EXPECT_EQ(Metric("vedette_scrape_body_bytes_total"), static_cast<double>(text.size()));
  EXPECT_EQ(Scrape(Page(base::ZstdCompress(text), zstd)), "");
  EXPECT_EQ(sink_.values.at("a"), 1);
  ExpectPart(Scrape(Page(base::GzipCompress(text), gzip), "  body_size_limit: 10KB\n"),
             "body size limit exceeded");
  EXPECT_NE(Scrape(Page("no gzip", gzip)), "");
  EXPECT_NE(Scrape(Page(base::ZstdCompress(text).substr(0, 10), zstd)), "");
}

TEST_F(BadInput, WrongBytesAndWrongPagesSayWhy) {
  ExpectPart(Scrape(Page("a{b=\"\xff\"} 1\n")), "line 1");
  ExpectPart(Scrape(Page("<html><body>Log in</body></html>", "", "text/html")),
             "unsupported Content-Type \"text/html\"");
  ExpectPart(Scrape(Page("<html><body>Log in</body></html>", "", "text/html"),
                    "  fallback_scrape_protocol: PrometheusText0.0.4\n"),
             "line 1");
  ExpectPart(Scrape("nonsense\r\n\r\n"), "127.0.0.1");
  EXPECT_EQ(Scrape("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
            "server returned HTTP status 503 Service Unavailable");
  EXPECT_EQ(Failures("malformed"), 2);
  EXPECT_EQ(Failures("content_type"), 1);
  EXPECT_EQ(Failures("connection"), 1);
  EXPECT_EQ(Failures("status"), 1);
}

TEST_F(BadInput, LabelsWithoutEndRunIntoTheirLimits) {
  std::string line = "a{";
  for (int i = 0; i < 40; ++i) line += "l" + std::to_string(i) + "=\"v\",";
  line += "} 1\n";
  ExpectPart(Scrape(Page(line), "  label_limit: 30\n"), "label_limit limit exceeded");
  ExpectPart(Scrape(Page("a{" + std::string(300, 'n') + "=\"v\"} 1\n"),
                    "  label_name_length_limit: 200\n"),
             "label_name_length_limit limit exceeded");
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "a{id=\"" + std::to_string(i) + "\"} 1\n";
  EXPECT_EQ(Scrape(Page(many), "  sample_limit: 1000\n"),
            "sample limit exceeded (5000 samples, limit 1000)");
  EXPECT_EQ(Failures("limit"), 3);
  EXPECT_EQ(Metric("prometheus_target_scrape_pool_exceeded_label_limits_total"), 2);
  EXPECT_EQ(Metric("prometheus_target_scrapes_exceeded_sample_limit_total"), 1);
  EXPECT_EQ(sink_.values.count("a"), 0u);
}

TEST_F(BadInput, ARedirectElsewhereTakesNoSecretAlong) {
  SocketServer other([](int socket) { SocketServer::Send(socket, Page("a 2\n")); });
  const std::string to = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://" +
                         other.Address() + "/m\r\n\r\n";
  EXPECT_EQ(Scrape(to, "  follow_redirects: false\n"), "server returned HTTP status 302 Found");
  EXPECT_EQ(other.Connections(), 0);
  EXPECT_EQ(Scrape(to), "");
  EXPECT_EQ(sink_.values.at("a"), 2);
  const std::string file =
      "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: file:///etc/passwd\r\n\r\n";
  EXPECT_EQ(Scrape(file), "server returned HTTP status 302 Found");
}

}  // namespace
}  // namespace vedette::scrape
