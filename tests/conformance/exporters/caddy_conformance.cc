// The Caddy exporter against Caddy: the recorded pages and logs of 2.11 through a stand-in of its
// admin interface, then the Caddy of this machine, live. Prints `N passed, N failed`.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "base/http/client.h"
#include "base/strings.h"
#include "exporters/caddy/caddy_exporter.h"
#include "tests/support/caddy_stand_in.h"
#include "tests/support/capture_logger.h"
#include "tests/support/free_port.h"
#include "tests/support/metrics_page.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::caddy {
namespace {

using test::MetricsPage;

class Checks {
 public:
  void That(bool good, const std::string& what) {
    ++(good ? passed_ : failed_);
    if (!good) std::printf("FAILED: %s\n", what.c_str());
  }
  int Finish() const {
    std::printf("%d passed, %d failed\n", passed_, failed_);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  int passed_ = 0;
  int failed_ = 0;
};

// An exporter with all that it is made of.
class Exported {
 public:
  explicit Exported(const CaddyOptions& options) {
    Environment environment;
    environment.fs = fs_.get();
    environment.clock = &clock_;
    environment.logger = &logger_;
    auto made = CaddyExporter::Make(options, environment);
    if (made.ok()) exporter_ = *std::move(made);
  }
  MetricsPage Page() const {
    base::http::Request request;
    request.method = "GET";
    request.path = "/metrics";
    return MetricsPage::Parse(exporter_->handler()(request).body);
  }

 private:
  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  base::SystemClock clock_;
  test::CaptureLogger logger_;
  std::unique_ptr<CaddyExporter> exporter_;
};

std::string Requests(const std::string& host, const std::string& code, const std::string& method) {
  return base::Concat({"caddy_access_log_requests_total{code=\"", code, "\",host=\"", host,
                       "\",method=\"", method, "\"}"});
}

// Every family of the recorded page is relayed with type, HELP, labels and values.
void CompareRecorded(const std::string& file, Checks* checks) {
  const auto path = test::SharedPath("reference/exporters/" + file);
  if (!path) return;
  const std::string text = test::ReadWholeFile(*path);
  auto caddy = test::CaddyStandIn::Start();
  if (!caddy.ok()) return checks->That(false, "stand-in");
  (*caddy)->Answer("/metrics", text);
  (*caddy)->Answer("/config/", "{}");
  (*caddy)->Answer("/reverse_proxy/upstreams", "[]");
  CaddyOptions options;
  options.admin_address = (*caddy)->address();
  const MetricsPage ours = Exported(options).Page();
  const MetricsPage want = MetricsPage::Parse(text);
  for (const auto& [name, family] : want.families) {
    MetricsPage one;
    one.families[name] = family;
    const auto missing = MissingFrom(ours, one, true, [](const std::string&) { return false; });
    checks->That(missing.empty(), file + ": " + (missing.empty() ? name : missing.front()));
  }
}

// The recorded logs of 2.11, written while the exporter follows them, counted line by line.
void ReplayLogs(Checks* checks) {
  const auto samples = test::SharedPath("reference/exporters/caddy-samples");
  if (!samples) return;
  const test::TempDir dir;
  CaddyOptions options;
  options.admin_address = "127.0.0.1:1";
  options.access_logs = {dir.Join("*.jsonl")};
  const Exported exported(options);
  const char* const files[] = {"access-http.jsonl", "access-tls.jsonl", "process.jsonl"};
  std::map<std::string, double> want;
  double lines = 0;
  for (const char* name : files) {
    const std::string text = test::ReadWholeFile(*samples + "/" + name);
    dir.Write(name, text);
    for (const std::string_view line : base::Split(text, '\n')) {
      if (line.empty()) continue;
      ++lines;
      AccessLineReader reader;
      AccessEntry entry;
      if (reader.Read(line, &entry) != LineKind::kRequest) continue;
      ++want[Requests(entry.host.empty() ? "_other" : entry.host, std::to_string(entry.status),
                      entry.method)];
    }
  }
  const MetricsPage page = exported.Page();
  checks->That(want.size() > 5, "replay: there are requests");
  for (const auto& [series, count] : want) checks->That(page.Value(series) == count, series);
  double read = 0;
  for (const auto& [series, value] : page.families.at("caddy_access_log_lines_total").series) {
    read += value;
  }
  checks->That(read == lines, "replay: every line is read once");
  checks->That(page.Value("caddy_access_log_lines_total{kind=\"malformed\"}") == 0,
               "replay: no line is malformed");
}

constexpr char kCaddyfile[] = R"({
  admin unix//DIR/admin.sock
  http_port HTTP
  https_port TLS
  default_bind 127.0.0.1
  skip_install_trust
  auto_https disable_redirects
  servers {
    metrics
  }
}
http://app.test:HTTP {
  log {
    output file DIR/access.log
    format json
  }
  respond /ok "fine"
  respond /err "bad" 500
  reverse_proxy /up* 127.0.0.1:DEAD {
    fail_duration 1m
  }
}
https://tls.test:TLS {
  tls internal
  respond "secure"
}
)";

std::string Replaced(std::string text, std::string_view what, const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// A Caddy of this machine with a configuration, ports and folders of its own.
class LiveCaddy {
 public:
  LiveCaddy() {
    std::string file = Replaced(kCaddyfile, "DIR", dir_.path());
    file = Replaced(file, "HTTP", std::to_string(http_));
    file = Replaced(file, "TLS", std::to_string(tls_));
    file = Replaced(file, "DEAD", std::to_string(test::FreePort()));
    const std::string path = dir_.Write("Caddyfile", file);
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setenv("XDG_DATA_HOME", dir_.Join("data").c_str(), 1);
    ::setenv("XDG_CONFIG_HOME", dir_.Join("config").c_str(), 1);
    ::setenv("HOME", dir_.path().c_str(), 1);
    if (std::freopen(dir_.Join("caddy.out").c_str(), "w", stderr) == nullptr) std::_Exit(126);
    ::execlp("caddy", "caddy", "run", "--adapter", "caddyfile", "--config", path.c_str(), nullptr);
    std::_Exit(127);
  }
  ~LiveCaddy() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  LiveCaddy(const LiveCaddy&) = delete;
  LiveCaddy& operator=(const LiveCaddy&) = delete;

  CaddyOptions Options() const {
    CaddyOptions options;
    options.admin_address = "unix/" + dir_.Join("admin.sock");
    options.storage = dir_.Join("data/caddy");
    options.access_logs = {dir_.Join("unused.log")};  // the configuration names the real one
    options.handshakes = {"tls.test=127.0.0.1:" + std::to_string(tls_)};
    options.state_file = dir_.Join("state");
    return options;
  }
  // The status; 0 where nothing answers.
  int Get(const std::string& path) {
    base::http::ClientRequest request;
    request.url = base::Concat({"http://127.0.0.1:", std::to_string(http_), path});
    request.headers.Set("Host", "app.test:" + std::to_string(http_));
    const auto response = client_->Send(request);
    return response.ok() ? response->status : 0;
  }
  // Loads the running configuration once more.
  bool Reload() {
    base::http::ClientRequest request;
    request.url = "http://127.0.0.1/config/";
    request.unix_socket = dir_.Join("admin.sock");
    request.headers.Set("Host", "");
    const auto config = client_->Send(request);
    if (!config.ok()) return false;
    request.method = "POST";
    request.url = "http://127.0.0.1/load";
    request.headers.Set("Content-Type", "application/json");
    request.headers.Set("Cache-Control", "must-revalidate");
    request.body = config->body;
    const auto loaded = client_->Send(request);
    return loaded.ok() && loaded->status == 200;
  }
  void Rotate() const {
    std::filesystem::rename(dir_.Join("access.log"), dir_.Join("access-old.log"));
  }

 private:
  const test::TempDir dir_;
  const uint16_t http_ = test::FreePort();
  const uint16_t tls_ = test::FreePort();
  const std::unique_ptr<base::http::Client> client_ = base::http::NewClient();
  pid_t pid_ = -1;
};

bool Eventually(const std::function<bool()>& what) {
  base::SystemClock clock;
  for (int i = 0; i < 100; ++i) {
    if (what()) return true;
    clock.SleepFor(std::chrono::milliseconds(100), {});
  }
  return false;
}

// The families that the newest Caddy has and this one lacks, for the reader.
void ListLacking(const MetricsPage& page) {
  const auto path = test::SharedPath("reference/exporters/caddy.tsv");
  if (!path) return;
  const std::string table = test::ReadWholeFile(*path);
  for (const std::string_view line : base::Split(table, '\n')) {
    const std::string name(line.substr(0, line.find('\t')));
    if (base::StartsWith(name, "caddy_") && !page.families.contains(name)) {
      std::printf("this Caddy does not give: %s\n", name.c_str());
    }
  }
}

void CheckLive(Checks* checks) {
  if (std::system("command -v caddy >/dev/null 2>&1") != 0) {
    std::printf("no caddy on this machine: the live part is left out\n");
    return;
  }
  LiveCaddy caddy;
  checks->That(Eventually([&] { return caddy.Get("/ok") == 200; }), "live: caddy answers");
  std::unique_ptr<Exported> exported = std::make_unique<Exported>(caddy.Options());
  checks->That(Eventually([&] {
                 return exported->Page().Value(
                            "caddy_certificate_handshake_success{name=\"tls.test\"}") == 1;
               }),
               "live: a handshake shows the certificate");
  for (int i = 0; i < 10; ++i) caddy.Get("/ok");
  checks->That(caddy.Get("/err") == 500, "live: an error");
  checks->That(caddy.Get("/up") == 502, "live: a dead upstream");
  checks->That(
      Eventually([&] { return exported->Page().Value(Requests("app.test", "502", "GET")) == 1; }),
      "live: the access log is followed");
  const MetricsPage page = exported->Page();
  ListLacking(page);
  for (const char* name : {"metrics", "config", "upstreams", "certificates", "access-log"}) {
    checks->That(
        page.Value(base::Concat({"caddy_scrape_collector_success{collector=\"", name, "\"}"})) == 1,
        base::Concat({"live: collector ", name}));
  }
  checks->That(page.error.empty(), "live: the page is a good one: " + page.error);
  checks->That(page.Value("caddy_up") == 1, "live: caddy_up, over a Unix socket");
  checks->That(page.families.contains("caddy_http_requests_total"), "live: Caddy's HTTP families");
  checks->That(page.Value("caddy_config_http_metrics") == 1, "live: the metrics option is seen");
  checks->That(page.Value("caddy_config_servers") == 2, "live: two servers");
  checks->That(page.Value(Requests("app.test", "200", "GET")) == 10, "live: ten requests");
  checks->That(
      page.Value("caddy_access_log_request_duration_seconds_count{host=\"app.test\"}") == 12,
      "live: twelve latencies");
  checks->That(page.families.contains("caddy_reverse_proxy_upstream_fails"), "live: upstreams");
  checks->That(page.families.contains("caddy_pki_certificate_not_after_timestamp_seconds"),
               "live: the authority's certificates");
  checks->That(page.families.at("caddy_certificate_not_after_timestamp_seconds").series.size() == 2,
               "live: the certificate in the data folder and the one shown");

  checks->That(caddy.Reload(), "live: caddy reloads");
  caddy.Get("/ok");
  checks->That(
      Eventually([&] { return exported->Page().Value(Requests("app.test", "200", "GET")) == 11; }),
      "live: counters go on after a reload");
  exported.reset();
  caddy.Rotate();
  checks->That(caddy.Reload(), "live: caddy reloads");  // opens a new file
  caddy.Get("/ok");
  exported = std::make_unique<Exported>(caddy.Options());
  checks->That(
      Eventually([&] { return exported->Page().Value(Requests("app.test", "200", "GET")) >= 12; }),
      "live: counters go on after a restart and a rotation meanwhile");
}

int Run() {
  Checks checks;
  for (const char* file : {"caddy.prom", "caddy-no-per-host.prom", "caddy-after-reload.prom"}) {
    CompareRecorded(file, &checks);
  }
  ReplayLogs(&checks);
  CheckLive(&checks);
  return checks.Finish();
}

}  // namespace
}  // namespace vedette::exporters::caddy

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  return vedette::exporters::caddy::Run();
}
