#include "exporters/pve/pve_exporter.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "base/strings.h"
#include "tests/support/capture_logger.h"
#include "tests/support/metrics_page.h"
#include "tests/support/pve_stand_in.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::pve {
namespace {

using base::http::Request;
using base::http::Response;
using test::MetricsPage;
using test::PveStandIn;

constexpr char kStatus[] =
    R"({"data":[{"type":"cluster","id":"cluster","name":"lab","nodes":1,"quorate":1,"version":7},)"
    R"({"type":"node","id":"node/pve1","name":"pve1","nodeid":1,"level":"","local":1,"online":1}]})";

class PveScrape : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);  // as the recorded exporter had it
    ::tzset();
  }
  // A stand-in and an exporter that logs in to it by token.
  void Start(const std::string& samples) {
    auto started = PveStandIn::Start(samples);
    if (!started.ok()) GTEST_SKIP() << started.status();
    pve_ = *std::move(started);
    if (samples.empty()) GiveOwnAnswers();
    MakeExporter(TokenLogin(PveStandIn::kTokenValue));
  }
  void GiveOwnAnswers() {
    pve_->Answer("/cluster/status", kStatus);
    pve_->Answer("/cluster/resources",
                 R"({"data":[{"type":"qemu","id":"qemu/100","node":"pve1","status":"running",)"
                 R"("maxmem":1024,"name":"a"}]})");
    pve_->Answer("/version", R"({"data":{"version":"8.4.1","release":"8.4","console":"x"}})");
    pve_->Answer("/cluster/backup-info/not-backed-up", R"({"data":[]})");
    pve_->Answer("/cluster/config/qdevice", R"({"data":{}})");
    pve_->Answer("/nodes/pve1/qemu", R"({"data":[{"vmid":100},{"vmid":101}]})");
    pve_->Answer("/nodes/pve1/lxc", R"({"data":[]})");
    pve_->Answer("/nodes/pve1/qemu/100/config", R"({"data":{"onboot":1}})");
    pve_->Answer("/nodes/pve1/qemu/101/config", R"({"data":{"onboot":0}})");
    pve_->Answer("/nodes/pve1/replication", R"({"data":[]})");
    pve_->Answer("/nodes/pve1/subscription", R"({"data":{"status":"notfound"}})");
  }
  std::string TokenLogin(std::string_view value) const {
    return base::Concat({"default:\n  user: ", PveStandIn::kUser,
                         "\n  token_name: ", PveStandIn::kTokenName, "\n  token_value: ", value,
                         "\n  ca_file: ", pve_->ca_file(), "\n  timeout: 3\n"});
  }
  std::string PasswordLogin(std::string_view password) const {
    return base::Concat({"default:\n  user: ", PveStandIn::kUser, "\n  password: '", password,
                         "'\n  ca_file: ", pve_->ca_file(), "\n  timeout: 3\n"});
  }
  void MakeExporter(const std::string& yaml, PveOptions options = {}) {
    options.config_file = dir_.Write("pve.yml", yaml);
    Environment environment;
    environment.fs = fs_.get();
    environment.clock = &clock_;
    environment.logger = &logger_;
    auto made = PveExporter::Make(std::move(options), environment);
    ASSERT_TRUE(made.ok()) << made.status();
    exporter_ = *std::move(made);
  }
  Response Get(const std::string& path, const std::string& query, const char* timeout = "5") const {
    Request request;
    request.method = "GET";
    request.path = path;
    request.query = base::http::Params::Parse(query);
    request.headers.Set("X-Prometheus-Scrape-Timeout-Seconds", timeout);
    return exporter_->handler()(request);
  }
  MetricsPage Page(const std::string& more = "", const char* timeout = "5") {
    const Response response = Get("/pve", "target=" + pve_->target() + more, timeout);
    EXPECT_EQ(response.status, 200) << response.body;
    MetricsPage page = MetricsPage::Parse(response.body);
    EXPECT_EQ(page.error, "");
    return page;
  }
  static double Success(const MetricsPage& page, const std::string& collector) {
    return page.Value("pve_scrape_collector_success{collector=\"" + collector + "\"}");
  }
  // No line of the log and no page shows a secret.
  void ExpectNoSecret(const std::string& body) const {
    for (const char* secret : {PveStandIn::kTokenValue, PveStandIn::kPassword, "wrong-secret"}) {
      EXPECT_EQ(logger_.Count(secret), 0);
      EXPECT_EQ(body.find(secret), std::string::npos);
    }
  }

  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  test::TempDir dir_;
  base::SystemClock clock_;
  test::CaptureLogger logger_;
  std::unique_ptr<PveStandIn> pve_;
  std::unique_ptr<PveExporter> exporter_;
};

bool Nothing(const std::string&) { return false; }

class PveRecorded : public PveScrape {
 protected:
  void SetUp() override {
    PveScrape::SetUp();
    VEDETTE_SHARED_OR_SKIP(samples, "reference/exporters/pve-samples");
    VEDETTE_SHARED_OR_SKIP(page, "reference/exporters/pve.prom");
    samples_ = samples;
    want_ = MetricsPage::Parse(test::ReadWholeFile(page));
    ASSERT_EQ(want_.error, "");
    Start(samples);
  }
  std::string samples_;
  MetricsPage want_;
};

TEST_F(PveRecorded, NamesTypesHelpLabelsAndValuesAreUpstreams) {
  const MetricsPage ours = Page();
  for (const std::string& line : MissingFrom(ours, want_, true, Nothing)) ADD_FAILURE() << line;
  // And nothing more, but what tells of the scrape itself.
  const auto extra = MissingFrom(want_, ours, true, [](const std::string& family) {
    return base::StartsWith(family, "pve_scrape_") || family == "pve_target_up";
  });
  for (const std::string& line : extra) ADD_FAILURE() << "extra: " << line;
  EXPECT_EQ(logger_.Lines().size(), 0u);
}

TEST_F(PveRecorded, EachPathIsAskedOnce) {
  Page();
  EXPECT_GT(pve_->Calls().size(), 10u);
  for (const auto& [path, count] : pve_->Calls()) EXPECT_EQ(count, 1) << path;
}

TEST_F(PveRecorded, QueryParametersChooseTheParts) {
  const MetricsPage cluster = Page("&node=0");
  EXPECT_TRUE(cluster.families.contains("pve_guest_info"));
  EXPECT_FALSE(cluster.families.contains("pve_onboot_status"));
  const MetricsPage node = Page("&cluster=false&node=1");
  EXPECT_FALSE(node.families.contains("pve_guest_info"));
  EXPECT_TRUE(node.families.contains("pve_onboot_status"));
  const MetricsPage none = Page("&cluster=&node=0");
  EXPECT_FALSE(none.families.contains("pve_up"));
}

TEST_F(PveRecorded, AHostWithoutAClusterLendsItsName) {
  pve_->Answer("/cluster/status",
               test::ReadWholeFile(samples_ + "/cluster_status_standalone.json"));
  pve_->Answer("/nodes/solo/subscription",
               test::ReadWholeFile(samples_ + "/nodes_solo_subscription_none.json"));
  pve_->Answer("/nodes/solo/qemu", R"({"data":[]})");
  pve_->Answer("/nodes/solo/lxc", R"({"data":[]})");
  pve_->Answer("/nodes/solo/replication", R"({"data":[]})");
  const MetricsPage page = Page();
  EXPECT_FALSE(page.families.contains("pve_cluster_info"));
  EXPECT_FALSE(page.families.contains("pve_qdevice_up"));
  EXPECT_EQ(page.Value("pve_not_backed_up_total{id=\"cluster/solo\"}"), 2);
  EXPECT_EQ(page.Value("pve_up{id=\"node/solo\"}"), 1);
  EXPECT_EQ(page.Value("pve_subscription_status{id=\"node/solo\",status=\"notfound\"}"), 1);
  EXPECT_EQ(page.Value("pve_subscription_info{id=\"node/solo\",level=\"unknown\"}"), 1);
  for (const CollectorSpec& spec : AllCollectors()) EXPECT_EQ(Success(page, spec.name), 1);
}

TEST_F(PveRecorded, SwitchedOffCollectorsAskNothing) {
  PveOptions options;
  for (const CollectorSpec& spec : AllCollectors()) options.collectors[spec.name] = false;
  options.collectors["version"] = true;
  MakeExporter(TokenLogin(PveStandIn::kTokenValue), options);
  const MetricsPage page = Page();
  EXPECT_TRUE(page.families.contains("pve_version_info"));
  EXPECT_FALSE(page.families.contains("pve_up"));
  EXPECT_EQ(pve_->Calls().size(), 1u);
}

TEST_F(PveScrape, TicketsAreKeptAndRenewedWhenRefused) {
  Start("");
  MakeExporter(PasswordLogin(PveStandIn::kPassword));
  EXPECT_EQ(Page().Value("pve_target_up"), 1);
  Page();
  EXPECT_EQ(pve_->Logins(), 1);
  pve_->RevokeTickets();
  const MetricsPage page = Page();
  for (const CollectorSpec& spec : AllCollectors()) EXPECT_EQ(Success(page, spec.name), 1);
  EXPECT_EQ(pve_->Logins(), 2);
}

TEST_F(PveScrape, WrongCredentialsAreToldWithoutASecret) {
  Start("");
  for (const std::string& login : {TokenLogin("wrong-secret"), PasswordLogin("wrong-secret")}) {
    MakeExporter(login);
    const Response response = Get("/pve", "target=" + pve_->target());
    EXPECT_EQ(response.status, 200);
    const MetricsPage page = MetricsPage::Parse(response.body);
    EXPECT_EQ(page.Value("pve_target_up"), 0);
    EXPECT_EQ(Success(page, "version"), 0);
    ExpectNoSecret(response.body);
  }
  EXPECT_EQ(logger_.Count("the credentials were refused"), 2);
  EXPECT_EQ(logger_.Count(pve_->target()), 2);
}

TEST_F(PveScrape, AWrongPasswordIsTriedOnceAScrape) {
  Start("");
  MakeExporter(PasswordLogin("wrong-secret"));
  Page();
  EXPECT_EQ(pve_->Logins(), 1);
  Page();
  EXPECT_EQ(pve_->Logins(), 2);
}

TEST_F(PveScrape, ASecondFactorIsNamed) {
  Start("");
  MakeExporter(PasswordLogin(PveStandIn::kPassword));
  pve_->AnswerLogin(Response::Json(200, R"({"data":{"ticket":"PVE:!tfa!x","NeedTFA":1}})"));
  EXPECT_EQ(Page().Value("pve_target_up"), 0);
  EXPECT_EQ(logger_.Count("second factor"), 1);
}

// A node whose certificate nobody vouches for is not sent the credentials.
TEST_F(PveScrape, AnUnknownCertificateIsRefused) {
  Start("");
  MakeExporter(base::Concat({"default:\n  user: ", PveStandIn::kUser, "\n  token_name: t\n",
                             "  token_value: ", PveStandIn::kTokenValue, "\n"}));
  EXPECT_EQ(Page().Value("pve_target_up"), 0);
  EXPECT_TRUE(pve_->Calls().empty());
  EXPECT_EQ(logger_.Count("certificate"), 1);
}

TEST_F(PveScrape, ABadAnswerCostsItsOwnDataAlone) {
  Start("");
  const struct {
    const char* what;
    const char* path;
    Response response;
    const char* collector;
    const char* said;
  } cases[] = {
      {"HTML", "/version", Response::Text(200, "<html>login</html>"), "version", "HTML"},
      {"dead node", "/nodes/pve1/qemu/101/config", Response::Json(595, R"({"data":null})"),
       "config", "595"},
      {"error", "/nodes/pve1/replication", Response::Json(500, R"({"data":null})"), "replication",
       "500"},
      {"permission", "/cluster/config/qdevice",
       Response::Json(403, R"({"data":null,"message":"Permission check failed"})"), "qdevice",
       "Permission check failed"},
      {"empty", "/cluster/resources", Response::Text(200, ""), "resources", "nothing"},
      {"wrong shape", "/cluster/backup-info/not-backed-up",
       Response::Json(200, R"({"data":[[1]]})"), "backup-info", "list of objects"},
      {"redirect", "/nodes/pve1/subscription", Response::Text(302, "moved"), "subscription", "302"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    GiveOwnAnswers();
    pve_->Answer(c.path, c.response);
    const MetricsPage page = Page();
    EXPECT_EQ(page.Value("pve_target_up"), 1);
    EXPECT_EQ(Success(page, c.collector), 0);
    EXPECT_EQ(Success(page, "node"), 1);
    EXPECT_TRUE(page.Has("pve_node_info{id=\"node/pve1\",level=\"\",name=\"pve1\",nodeid=\"1\"}"));
    EXPECT_EQ(logger_.Count(c.said), 1);
  }
  // One guest's configuration was lost, not the other's.
  GiveOwnAnswers();
  pve_->Answer("/nodes/pve1/qemu/101/config", Response::Json(595, ""));
  EXPECT_EQ(Page().Value("pve_onboot_status{id=\"qemu/100\",node=\"pve1\",type=\"qemu\"}"), 1);
}

TEST_F(PveScrape, AHangingCallCostsItsOwnDataAlone) {
  Start("");
  pve_->Hang("/nodes/pve1/qemu/100/config");
  const MetricsPage page = Page();
  EXPECT_EQ(Success(page, "config"), 0);
  EXPECT_EQ(Success(page, "resources"), 1);
  EXPECT_EQ(page.Value("pve_onboot_status{id=\"qemu/101\",node=\"pve1\",type=\"qemu\"}"), 0);
}

TEST_F(PveScrape, ATargetThatSaysNothingIsGivenUpByTheDeadline) {
  Start("");
  for (const char* path : {"/cluster/status", "/cluster/resources", "/version",
                           "/cluster/backup-info/not-backed-up", "/cluster/config/qdevice"}) {
    pve_->Hang(path);
  }
  const MetricsPage page = Page("", "0.6");
  EXPECT_EQ(page.Value("pve_target_up"), 0);
  for (const CollectorSpec& spec : AllCollectors()) EXPECT_EQ(Success(page, spec.name), 0);
}

TEST_F(PveScrape, AFailureIsLoggedWhenItBeginsAndWhenItEnds) {
  Start("");
  pve_->Answer("/version", Response::Json(500, ""));
  Page();
  Page();
  EXPECT_EQ(logger_.Lines().size(), 1u);
  GiveOwnAnswers();
  Page();
  Page();
  EXPECT_EQ(logger_.Lines().size(), 2u);
  EXPECT_EQ(logger_.Count("answers again"), 1);
}

TEST_F(PveScrape, GuestsAreAskedSideBySideWithinTheBound) {
  Start("");
  std::string guests;
  for (int i = 1; i <= 60; ++i) {
    guests += (i > 1 ? "," : "") + base::Concat({"{\"vmid\":", std::to_string(i), "}"});
    pve_->Answer(base::Concat({"/nodes/pve1/qemu/", std::to_string(i), "/config"}),
                 R"({"data":{"onboot":1}})");
  }
  pve_->Answer("/nodes/pve1/qemu", base::Concat({"{\"data\":[", guests, "]}"}));
  const MetricsPage page = Page();
  EXPECT_EQ(page.families.at("pve_onboot_status").series.size(), 60u);
  EXPECT_LE(pve_->MostAtOnce(), PveOptions().parallel_calls);
}

TEST_F(PveScrape, RequestsThatAreWrongAreRefused) {
  Start("");
  EXPECT_EQ(Get("/pve", "module=nope&target=" + pve_->target()).status, 400);
  EXPECT_EQ(Get("/pve", "target=user:pw@host").status, 400);
  EXPECT_EQ(Get("/pve", "target=host/x").status, 400);
  EXPECT_EQ(Get("/nothing", "").status, 404);
  EXPECT_EQ(Get("/", "").status, 200);
  MakeExporter(TokenLogin(PveStandIn::kTokenValue) + "  targets: [pve1]\n");
  EXPECT_EQ(Get("/pve", "target=" + pve_->target()).status, 400);
  EXPECT_TRUE(pve_->Calls().empty());
}

TEST_F(PveScrape, ATargetThatIsDownIsAPageWithZeros) {
  Start("");
  const Response response = Get("/pve", "target=127.0.0.1:1");
  EXPECT_EQ(response.status, 200);
  const MetricsPage page = MetricsPage::Parse(response.body);
  EXPECT_EQ(page.Value("pve_target_up"), 0);
  for (const CollectorSpec& spec : AllCollectors()) EXPECT_EQ(Success(page, spec.name), 0);
}

TEST_F(PveScrape, TheOwnPageCountsScrapesAndErrors) {
  Start("");
  Page();
  pve_->Answer("/version", Response::Json(500, ""));
  Page();
  const MetricsPage page = MetricsPage::Parse(Get("/metrics", "").body);
  EXPECT_EQ(page.Value("pve_collection_duration_seconds_count{module=\"default\"}"), 2);
  EXPECT_EQ(page.Value("pve_request_errors_total{module=\"default\"}"), 1);
  EXPECT_TRUE(page.families.contains("process_open_fds"));
}

TEST_F(PveScrape, ABadReloadLeavesAllAsItWas) {
  Start("");
  dir_.Write("pve.yml", "default:\n  usr: x\n");
  const base::Status status = exporter_->Reload();
  EXPECT_NE(base::Message(status).find("pve.yml:2"), std::string_view::npos) << status;
  EXPECT_EQ(Page().Value("pve_target_up"), 1);
  dir_.Write("pve.yml", TokenLogin("wrong-secret"));
  EXPECT_TRUE(exporter_->Reload().ok());
  EXPECT_EQ(Page().Value("pve_target_up"), 0);
}

TEST_F(PveScrape, UnknownCollectorsAreRefused) {
  PveOptions options;
  options.collectors["nope"] = true;
  Environment environment;
  environment.fs = fs_.get();
  environment.clock = &clock_;
  environment.logger = &logger_;
  EXPECT_FALSE(PveExporter::Make(std::move(options), environment).ok());
}

}  // namespace
}  // namespace vedette::exporters::pve
