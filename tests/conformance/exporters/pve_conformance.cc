// The PVE exporter against the recorded page of pve-exporter 3.10.0, over the recorded replies:
// names, types, HELP, label sets, values; then what a scrape costs. Prints `N passed, N failed`.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/strings.h"
#include "exporters/pve/pve_exporter.h"
#include "tests/support/metrics_page.h"
#include "tests/support/pve_stand_in.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::pve {
namespace {

using test::MetricsPage;
using test::PveStandIn;

constexpr int kSkipped = 77;
constexpr int kScrapes = 100;
constexpr double kMaxCpuMs = 12;  // of one scrape; pve-exporter's own is 118

// The stand-in in a process of its own, so that its CPU is not counted as ours.
class StandInProcess {
 public:
  explicit StandInProcess(const std::string& samples) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) Serve(samples, ends[1]);
    ::close(ends[1]);
    char text[256] = {};
    const ssize_t n = ::read(ends[0], text, sizeof text - 1);
    ::close(ends[0]);
    if (n > 0) target_.assign(text, static_cast<size_t>(n));
  }
  ~StandInProcess() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  StandInProcess(const StandInProcess&) = delete;
  StandInProcess& operator=(const StandInProcess&) = delete;
  const std::string& target() const { return target_; }  // empty: it did not start

 private:
  [[noreturn]] static void Serve(const std::string& samples, int out) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigprocmask(SIG_BLOCK, &wanted, nullptr);
    {
      auto stand_in = PveStandIn::Start(samples);
      const std::string target = stand_in.ok() ? (*stand_in)->target() : "";
      if (::write(out, target.data(), target.size()) < 0) std::_Exit(1);
      ::close(out);
      int signal = 0;
      if (stand_in.ok()) sigwait(&wanted, &signal);
    }
    std::_Exit(0);
  }

  pid_t pid_ = -1;
  std::string target_;
};

double CpuMs() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

std::string Scrape(const PveExporter& exporter, const std::string& target) {
  base::http::Request request;
  request.method = "GET";
  request.path = kTargetPath;
  request.query = base::http::Params::Parse("target=" + target);
  return exporter.handler()(request).body;
}

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

void CompareFamilies(const MetricsPage& ours, const MetricsPage& want, Checks* checks) {
  for (const auto& [name, family] : want.families) {
    MetricsPage one;
    one.families[name] = family;
    const auto missing = MissingFrom(ours, one, true, [](const std::string&) { return false; });
    checks->That(missing.empty(), missing.empty() ? name : missing.front());
  }
  for (const auto& [name, family] : ours.families) {
    if (!want.families.contains(name)) std::printf("extra: %s\n", name.c_str());
  }
}

int Run(const std::string& samples, const std::string& page) {
  const StandInProcess stand_in(samples);
  if (stand_in.target().empty()) {
    std::printf("SKIPPED: no stand-in (it needs the openssl tool)\n");
    return kSkipped;
  }
  const auto fs = base::NewPosixFileSystem();
  base::SystemClock clock;
  base::Logger logger(base::LogLevel::kInfo, &clock);
  const test::TempDir dir;
  PveOptions options;
  options.config_file = dir.Write(
      "pve.yml", base::Concat({"default:\n  user: ", PveStandIn::kUser, "\n  token_name: ",
                               PveStandIn::kTokenName, "\n  token_value: ", PveStandIn::kTokenValue,
                               "\n  verify_ssl: false\n"}));
  Environment environment;
  environment.fs = fs.get();
  environment.clock = &clock;
  environment.logger = &logger;
  const auto exporter = PveExporter::Make(options, environment);
  Checks checks;
  checks.That(exporter.ok(), std::string(base::Message(exporter.status())));
  if (!exporter.ok()) return checks.Finish();
  // The first scrape loads the system's certificates, which takes its time on a busy machine.
  Scrape(**exporter, stand_in.target());
  CompareFamilies(MetricsPage::Parse(Scrape(**exporter, stand_in.target())),
                  MetricsPage::Parse(test::ReadWholeFile(page)), &checks);

  const double before = CpuMs();
  for (int i = 0; i < kScrapes; ++i) Scrape(**exporter, stand_in.target());
  const double each = (CpuMs() - before) / kScrapes;
  std::printf("CPU a scrape: %.2f ms (at most %.0f)\n", each, kMaxCpuMs);
#if defined(NDEBUG)
  checks.That(each <= kMaxCpuMs, "CPU a scrape");
#endif
  return checks.Finish();
}

}  // namespace
}  // namespace vedette::exporters::pve

int main() {
  ::setenv("TZ", "UTC", 1);  // as the recorded exporter had it
  ::tzset();
  std::signal(SIGPIPE, SIG_IGN);
  const auto samples = vedette::test::SharedPath("reference/exporters/pve-samples");
  const auto page = vedette::test::SharedPath("reference/exporters/pve.prom");
  if (!samples || !page) {
    std::printf("SKIPPED: no ../shared/reference/exporters on this machine\n");
    return 77;
  }
  return vedette::exporters::pve::Run(*samples, *page);
}
