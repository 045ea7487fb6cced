#include "exporters/caddy/caddy_exporter.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/strings.h"
#include "exporters/caddy/flags.h"
#include "tests/support/caddy_stand_in.h"
#include "tests/support/capture_logger.h"
#include "tests/support/metrics_page.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::caddy {
namespace {

using base::http::Request;
using base::http::Response;
using test::MetricsPage;

constexpr char kPage[] =
    "# HELP caddy_config_last_reload_success_timestamp_seconds Timestamp.\n"
    "# TYPE caddy_config_last_reload_success_timestamp_seconds gauge\n"
    "caddy_config_last_reload_success_timestamp_seconds 1.7e+09\n"
    "# HELP go_goroutines Number of goroutines.\n# TYPE go_goroutines gauge\ngo_goroutines 37\n";
constexpr char kConfig[] =
    R"({"apps":{"http":{"servers":{"srv0":{"listen":[":80",":443"],"routes":[{"handle":[)"
    R"({"handler":"authentication","providers":{"http_basic":{"accounts":[{"password":)"
    R"("$2a$14$hash-of-a-password","username":"bob"}]}}}],"match":[{"host":["a.test"]}]}]}}}}})";

// A server on a Unix socket that answers every request with the same page and keeps what it was
// asked. It ends when its socket is closed.
class UnixServer {
 public:
  explicit UnixServer(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
    thread_ = std::thread([this] { Serve(); });
  }
  ~UnixServer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  UnixServer(const UnixServer&) = delete;
  UnixServer& operator=(const UnixServer&) = delete;
  std::string Asked() const {
    base::MutexLock lock(mutex_);
    return asked_;
  }

 private:
  void Serve() {
    for (int peer = ::accept(fd_, nullptr, nullptr); peer >= 0;
         peer = ::accept(fd_, nullptr, nullptr)) {
      char buffer[4096];
      const ssize_t n = ::recv(peer, buffer, sizeof buffer, 0);
      const std::string answer =
          base::Concat({"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-"
                        "Length: ",
                        std::to_string(sizeof kPage - 1), "\r\n\r\n", kPage});
      ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::close(peer);
      base::MutexLock lock(mutex_);
      if (n > 0) asked_.append(buffer, static_cast<size_t>(n));
    }
  }

  const int fd_;
  mutable base::Mutex mutex_;
  std::string asked_ VEDETTE_GUARDED_BY(mutex_);
  std::thread thread_;
};

class CaddyPage : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = test::CaddyStandIn::Start();
    ASSERT_TRUE(started.ok()) << started.status();
    caddy_ = *std::move(started);
    caddy_->Answer("/metrics", kPage);
    caddy_->Answer("/config/", kConfig);
    caddy_->Answer("/reverse_proxy/upstreams",
                   R"([{"address":"127.0.0.1:1","num_requests":2,"fails":1}])");
    options_.admin_address = caddy_->address();
    options_.storage = dir_.Join("data");
    options_.access_logs = {dir_.Join("access.log")};
    options_.timeout = std::chrono::milliseconds(1000);
  }
  void Make() {
    Environment environment;
    environment.fs = fs_.get();
    environment.clock = &clock_;
    environment.logger = &logger_;
    auto made = CaddyExporter::Make(options_, environment);
    ASSERT_TRUE(made.ok()) << made.status();
    exporter_ = *std::move(made);
  }
  MetricsPage Page(const std::string& query = "") {
    Request request;
    request.method = "GET";
    request.path = "/metrics";
    request.query = base::http::Params::Parse(query);
    const Response response = exporter_->handler()(request);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body.find("hash-of-a-password"), std::string::npos);
    const MetricsPage page = MetricsPage::Parse(response.body);
    EXPECT_EQ(page.error, "");
    EXPECT_EQ(logger_.Count("hash-of-a-password"), 0);
    return page;
  }
  static double Success(const MetricsPage& page, const std::string& collector) {
    return page.Value("caddy_scrape_collector_success{collector=\"" + collector + "\"}");
  }

  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  test::TempDir dir_;
  base::SystemClock clock_;
  test::CaptureLogger logger_;
  std::unique_ptr<test::CaddyStandIn> caddy_;
  CaddyOptions options_;
  std::unique_ptr<CaddyExporter> exporter_;
};

TEST_F(CaddyPage, CaddysFamiliesAndOursStandTogether) {
  Make();
  const MetricsPage page = Page();
  EXPECT_EQ(page.Value("caddy_up"), 1);
  EXPECT_EQ(page.Value("go_goroutines"), 37);
  EXPECT_EQ(page.Value("caddy_config_servers"), 1);
  EXPECT_EQ(page.Value("caddy_config_server_info{listen=\":443,:80\",server=\"srv0\"}"), 1);
  EXPECT_EQ(page.Value("caddy_config_server_hosts{server=\"srv0\"}"), 1);
  EXPECT_EQ(page.Value("caddy_config_http_metrics"), 0);
  EXPECT_GT(page.Value("caddy_config_age_seconds"), 1e6);
  EXPECT_EQ(page.Value("caddy_reverse_proxy_upstream_requests_in_flight{upstream=\"127.0.0.1:1\"}"),
            2);
  EXPECT_EQ(page.Value("caddy_reverse_proxy_upstream_fails{upstream=\"127.0.0.1:1\"}"), 1);
  for (const char* collector : {"metrics", "config", "upstreams"}) {
    EXPECT_EQ(Success(page, collector), 1) << collector;
  }
  // Neither the folder nor the log exists: no data, and no warning.
  EXPECT_EQ(Success(page, "certificates"), 0);
  EXPECT_EQ(Success(page, "access-log"), 0);
  EXPECT_EQ(logger_.Count("level=warn"), 0);
}

TEST_F(CaddyPage, OwnProcessDoesNotStandForCaddys) {
  Make();
  EXPECT_FALSE(Page().families.contains("process_open_fds"));
}

TEST_F(CaddyPage, GoFamiliesMayBeLeftOut) {
  options_.go_metrics = false;
  Make();
  EXPECT_FALSE(Page().families.contains("go_goroutines"));
}

TEST_F(CaddyPage, RecordedPagesAreRelayedUnchanged) {
  for (const char* name : {"caddy.prom", "caddy-no-per-host.prom", "caddy-after-reload.prom"}) {
    SCOPED_TRACE(name);
    VEDETTE_SHARED_OR_SKIP(path, std::string("reference/exporters/") + name);
    const std::string text = test::ReadWholeFile(path);
    caddy_->Answer("/metrics", text);
    Make();
    const auto missing = MissingFrom(Page(), MetricsPage::Parse(text), true,
                                     [](const std::string&) { return false; });
    for (const std::string& line : missing) ADD_FAILURE() << line;
  }
}

TEST_F(CaddyPage, ABadAnswerCostsItsOwnDataAlone) {
  const struct {
    const char* what;
    const char* path;
    std::string body;
    const char* collector;
  } cases[] = {
      {"HTML", "/metrics", "<html>$2a$14$hash-of-a-password</html>", "metrics"},
      {"torn page", "/metrics", std::string(kPage) + "go_threads{a=\"", "metrics"},
      {"huge", "/metrics", std::string(33 << 20, '#'), "metrics"},
      {"garbage", "/config/", "{\"x\":\"$2a$14$hash-of-a-password\"", "config"},
      {"object", "/reverse_proxy/upstreams", "{}", "upstreams"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    SetUp();
    caddy_->Answer(c.path, c.body);
    Make();
    const MetricsPage page = Page();
    for (const std::string collector : {"metrics", "config", "upstreams"}) {
      EXPECT_EQ(Success(page, collector), collector == c.collector ? 0 : 1) << collector;
    }
    EXPECT_EQ(page.Value("caddy_up"), std::string(c.collector) == "metrics" ? 0 : 1);
  }
}

TEST_F(CaddyPage, TheAdminInterfaceMayListenOnAUnixSocket) {
  const std::string path = dir_.Join("admin.sock");
  const UnixServer server(path);
  for (const std::string& address : {"unix/" + path, path, "unix/" + path + "|0200"}) {
    options_.admin_address = address;
    Make();
    EXPECT_EQ(Page("collect[]=metrics").Value("caddy_up"), 1) << address;
  }
  EXPECT_NE(server.Asked().find("GET /metrics HTTP/1.1\r\nHost: \r\n"), std::string::npos)
      << server.Asked();
  options_.admin_address = "unix/" + dir_.Join("none.sock");
  Make();
  EXPECT_EQ(Page("collect[]=metrics").Value("caddy_up"), 0);
}

TEST_F(CaddyPage, AnHttpErrorIsNamed) {
  caddy_->Answer("/metrics", Response::Text(403, "host not allowed"));
  Make();
  EXPECT_EQ(Page().Value("caddy_up"), 0);
  EXPECT_EQ(logger_.Count("/metrics: HTTP 403"), 1);
}

TEST_F(CaddyPage, ADeadAdminInterfaceIsAPageWithZeros) {
  options_.admin_address = "127.0.0.1:1";
  dir_.Write("access.log", "");
  Make();
  const MetricsPage page = Page();
  EXPECT_EQ(page.Value("caddy_up"), 0);
  EXPECT_EQ(Success(page, "access-log"), 1);
  EXPECT_EQ(page.Value("caddy_access_log_lines_total{kind=\"request\"}"), 0);
}

TEST_F(CaddyPage, AHangingAdminInterfaceIsAskedOnceAScrape) {
  for (const char* path : {"/metrics", "/config/", "/reverse_proxy/upstreams"}) caddy_->Hang(path);
  options_.timeout = std::chrono::milliseconds(200);
  dir_.Write("access.log", "");
  Make();
  const MetricsPage page = Page();
  EXPECT_EQ(page.Value("caddy_up"), 0);
  EXPECT_EQ(Success(page, "access-log"), 1);
  EXPECT_EQ(caddy_->Calls().size(), 1u);
}

TEST_F(CaddyPage, CountersSurviveAReloadOfCaddy) {
  dir_.Write("access.log", "");
  Make();
  Page();
  std::ofstream(dir_.Join("access.log"), std::ios::app)
      << R"({"logger":"http.log.access","request":{"method":"GET","host":"a.test"},"status":200})"
      << "\n";
  const std::string series =
      "caddy_access_log_requests_total{code=\"200\",host=\"a.test\",method=\"GET\"}";
  EXPECT_EQ(Page().Value(series), 1);
  caddy_->Answer("/config/", std::string(kConfig) + " ");
  EXPECT_EQ(Page().Value(series), 1);
}

TEST_F(CaddyPage, CollectChoosesCollectors) {
  Make();
  const MetricsPage page = Page("collect[]=upstreams");
  EXPECT_TRUE(page.families.contains("caddy_reverse_proxy_upstream_fails"));
  EXPECT_FALSE(page.families.contains("caddy_up"));
}

TEST_F(CaddyPage, AuthoritiesOfTheConfigurationAreAskedFor) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/exporters/caddy-samples/pki_ca_local.json");
  caddy_->Answer("/config/", R"({"apps":{"pki":{"certificate_authorities":{"local":{}}}}})");
  caddy_->Answer("/pki/ca/local", test::ReadWholeFile(path));
  Make();
  EXPECT_EQ(Page().Value("caddy_pki_certificate_not_after_timestamp_seconds"
                         "{ca=\"local\",certificate=\"root\"}"),
            2106266510);
}

TEST_F(CaddyPage, WrongFlagsAreNamed) {
  Environment environment;
  environment.fs = fs_.get();
  environment.clock = &clock_;
  environment.logger = &logger_;
  const auto error = [&](const CaddyOptions& options) {
    const auto made = CaddyExporter::Make(options, environment);
    return made.ok() ? "" : std::string(base::Message(made.status()));
  };
  CaddyOptions bad = options_;
  bad.admin_address = "nothing";
  EXPECT_NE(error(bad).find("caddy.admin-address"), std::string::npos);
  bad = options_;
  bad.admin_address = "unix/relative";
  EXPECT_NE(error(bad).find("caddy.admin-address"), std::string::npos);
  bad = options_;
  bad.handshakes = {"a=b"};
  EXPECT_NE(error(bad).find("caddy.handshake"), std::string::npos);
  bad = options_;
  bad.collectors["nope"] = true;
  EXPECT_NE(error(bad).find("nope"), std::string::npos);
}

TEST(CaddyFlags, NamesAreUniqueAndDefaultsAreTheOptions) {
  std::set<std::string> names;
  for (const CaddyFlag& flag : CaddyFlags()) {
    EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
    CaddyOptions options;
    if (!flag.default_value.empty()) {
      EXPECT_TRUE(flag.set(&options, flag.default_value).ok());
    }
    EXPECT_EQ(options.admin_address, CaddyOptions().admin_address);
    EXPECT_EQ(options.timeout, CaddyOptions().timeout);
    EXPECT_EQ(options.max_hosts, CaddyOptions().max_hosts);
  }
}

}  // namespace
}  // namespace vedette::exporters::caddy
