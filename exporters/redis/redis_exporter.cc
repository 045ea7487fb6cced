#include "exporters/redis/redis_exporter.h"

#include <crypt.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/regex.h"
#include "base/strings.h"
#include "exporters/runtime/page.h"

namespace vedette::exporters::redis {
namespace {

using base::http::Request;
using base::http::Response;

// "redis://host:6379" of "redis://user:password@host:6379": what a password file names.
std::string WithoutUserInfo(std::string_view address) {
  const size_t mark = address.find("://");
  const size_t begin = mark == std::string_view::npos ? 0 : mark + 3;
  const std::string_view rest = address.substr(begin);
  const size_t end = std::min(rest.find('/'), rest.size());
  const size_t at = rest.substr(0, end).rfind('@');
  const std::string_view scheme =
      mark == std::string_view::npos ? "redis://" : address.substr(0, begin);
  return base::Concat({scheme, at == std::string_view::npos ? rest : rest.substr(at + 1)});
}

// A hash for a password that was given in the clear: the authenticator knows hashes only.
std::string HashPassword(const std::string& password) {
  constexpr unsigned long kLowestCost = 4;
  char salt[CRYPT_GENSALT_OUTPUT_SIZE];
  if (::crypt_gensalt_rn("$2b$", kLowestCost, nullptr, 0, salt, sizeof salt) == nullptr) return "";
  crypt_data data{};
  const char* hash = ::crypt_r(password.c_str(), salt, &data);
  return hash == nullptr ? "" : hash;
}

void AddBuildInfo(MetricSet* metrics) {
  metrics->Gauge("exporter_build_info", 1,
                 {{"build_date", ""},
                  {"commit_sha", "vedette"},
                  {"golang_version", ""},
                  {"version", kUpstreamVersion}});
}

void AddTotals(double scrapes, double seconds, double request_errors, MetricSet* metrics) {
  metrics->Counter("exporter_scrapes_total", scrapes);
  auto* summary = metrics->Summary("exporter_scrape_duration_seconds");
  summary->sample_count = static_cast<uint64_t>(scrapes);
  summary->sample_sum = seconds;
  metrics->Counter("target_scrape_request_errors_total", request_errors);
}

}  // namespace

// What the exporter says of itself. Thread-safe.
class RedisExporter::Totals final : public prometheus::Collectable {
 public:
  explicit Totals(const RedisOptions* options) : options_(options) {}

  void CountScrape(double seconds) {
    base::MutexLock lock(mutex_);
    ++scrapes_;
    seconds_ += seconds;
  }
  void CountRequestError() {
    base::MutexLock lock(mutex_);
    ++request_errors_;
  }

  std::vector<prometheus::MetricFamily> Collect() const override {
    MetricSet metrics(options_->name_space);
    base::MutexLock lock(mutex_);
    AddTotals(scrapes_, seconds_, request_errors_, &metrics);
    if (!options_->redis_metrics_only) AddBuildInfo(&metrics);
    return metrics.Take();
  }

 private:
  const RedisOptions* const options_;
  mutable base::Mutex mutex_;
  double scrapes_ VEDETTE_GUARDED_BY(mutex_) = 0;
  double seconds_ VEDETTE_GUARDED_BY(mutex_) = 0;
  double request_errors_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

// The server of --redis.addr. Its scraper, and with it the connection and the place that scans
// have come to, lives until the files that it was made from are read again.
class RedisExporter::ServerCollector final : public Collector {
 public:
  explicit ServerCollector(const RedisExporter* exporter) : exporter_(exporter) {}

  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    const std::shared_ptr<const Loaded> loaded = exporter_->loaded();
    if (scraper_ == nullptr || loaded != loaded_) {
      VEDETTE_ASSIGN_OR_RETURN(Target target, exporter_->MakeTarget(exporter_->options_.addr,
                                                                    exporter_->options_, *loaded));
      scraper_ = std::make_unique<Scraper>(std::move(target));
      loaded_ = loaded;
    }
    std::vector<prometheus::MetricFamily> families;
    const Scraper::Outcome outcome =
        scraper_->Scrape({scrape.clock, scrape.deadline_mono_ns}, &families);
    exporter_->totals_->CountScrape(outcome.seconds);
    for (prometheus::MetricFamily& family : families) sink->Add(std::move(family));
    return outcome.status;
  }

  void CollectWithout(FamilySink* sink) const override {
    const RedisOptions& options = exporter_->options_;
    MetricSet metrics(options.name_space);
    metrics.Gauge("exporter_last_scrape_error", 1, {{"err", "no answer in time"}});
    metrics.Gauge("up", 0);
    if (options.role_label) metrics.AddLabelToAll("instance_role", "");
    for (prometheus::MetricFamily& family : metrics.Take()) sink->Add(std::move(family));
  }

 private:
  const RedisExporter* const exporter_;
  std::shared_ptr<const Loaded> loaded_;
  std::unique_ptr<Scraper> scraper_;
};

base::StatusOr<std::unique_ptr<RedisExporter>> RedisExporter::Make(RedisOptions options,
                                                                   const Environment& environment) {
  std::unique_ptr<RedisExporter> exporter(new RedisExporter(std::move(options), environment));
  VEDETTE_RETURN_IF_ERROR(exporter->Init());
  exporter->MakeExposer();
  return exporter;
}

RedisExporter::RedisExporter(RedisOptions options, const Environment& environment)
    : options_(std::move(options)),
      environment_(environment),
      resolver_(environment.clock),
      failures_(environment.logger),
      scrape_limit_(environment.max_requests),
      telemetry_(environment.telemetry),
      totals_(std::make_unique<Totals>(&options_)) {}

RedisExporter::~RedisExporter() = default;

base::Status RedisExporter::Init() {
  VEDETTE_RETURN_IF_ERROR(CheckSettings());
  VEDETTE_ASSIGN_OR_RETURN(std::shared_ptr<const Loaded> loaded, Load());
  if (!options_.addr.empty()) {
    const auto target = MakeTarget(options_.addr, options_, *loaded);
    if (!target.ok()) return target.status();
  }
  base::MutexLock lock(mutex_);
  loaded_ = std::move(loaded);
  return base::Status();
}

base::Status RedisExporter::CheckSettings() {
  auto pattern = base::CompileRegex(options_.search_index_pattern);
  if (!pattern.ok()) return base::Annotate(pattern.status(), "check-search-indexes");
  search_indexes_ = *std::move(pattern);
  const auto tls = TlsContext::Load(options_.tls, environment_.fs);
  if (!tls.ok()) return base::Annotate(tls.status(), "tls");
  const RedisOptions::BasicAuth& auth = options_.basic_auth;
  if (auth.user.empty()) return base::Status();
  if (auth.password.empty() == auth.bcrypt_hash.empty()) {
    return base::InvalidArgument(
        "basic-auth-username needs one of basic-auth-password and basic-auth-hash-password");
  }
  auto web = std::make_shared<base::http::WebConfig>();
  web->users.push_back({auth.user, auth.bcrypt_hash.empty() ? HashPassword(auth.password.Reveal())
                                                            : auth.bcrypt_hash});
  authenticator_ = base::http::NewAuthenticator(std::move(web), environment_.fs);
  return base::Status();
}

void RedisExporter::MakeExposer() {
  CollectorSet::Options set;
  set.program = "redis_exporter";
  set.limits = environment_.limits;
  set.clock = environment_.clock;
  set.logger = environment_.logger;
  if (!options_.addr.empty()) {
    set.members.push_back({"redis", std::make_unique<ServerCollector>(this)});
  }
  collectors_ = std::make_unique<CollectorSet>(std::move(set));

  Exposer::Options exposer;
  exposer.title = "Redis Exporter";
  exposer.version = kUpstreamVersion;
  exposer.metrics_path = environment_.metrics_path;
  exposer.max_requests = environment_.max_requests;
  exposer.collectors = collectors_.get();
  exposer.clock = environment_.clock;
  exposer.always = {totals_.get()};
  if (environment_.exporter_metrics && !options_.redis_metrics_only) {
    exposer.always.push_back(&process_);
    if (environment_.telemetry != nullptr) exposer.always.push_back(&telemetry_);
  }
  if (options_.scrape_endpoint) {
    exposer.pages.push_back({"/scrape", [this](const Request& r) {
                               return scrape_limit_.Guard([&] { return ScrapePage(r); });
                             }});
  }
  exposer.pages.push_back(
      {"/discover-cluster-nodes", [this](const Request& r) { return DiscoverPage(r); }});
  exposer.pages.push_back({"/-/reload", [this](const Request&) { return ReloadPage(); }});
  exposer.pages.push_back({"/health", [](const Request&) { return Response::Text(200, "ok"); }});
  exposer_ = std::make_unique<Exposer>(std::move(exposer));
}

Handler RedisExporter::handler() const {
  return [this](const Request& request) {
    return authenticator_ ? Authenticated(request) : exposer_->Handle(request);
  };
}

Response RedisExporter::Authenticated(const Request& request) const {
  const auto result = authenticator_->Check(request, base::http::Scope::kRead, true);
  if (result.allowed) return exposer_->Handle(request);
  Response response = Response::Text(result.status, "Unauthorized\n");
  response.headers.Set("WWW-Authenticate", "Basic realm=\"redis-exporter\", charset=\"UTF-8\"");
  return response;
}

base::Status RedisExporter::Reload() {
  VEDETTE_ASSIGN_OR_RETURN(std::shared_ptr<const Loaded> loaded, Load());
  base::MutexLock lock(mutex_);
  loaded_ = std::move(loaded);
  return base::Status();
}

base::StatusOr<std::shared_ptr<const RedisExporter::Loaded>> RedisExporter::Load() const {
  auto loaded = std::make_shared<Loaded>();
  if (!options_.password_file.empty()) {
    auto passwords = PasswordFile::Load(environment_.fs, options_.password_file);
    if (!passwords.ok()) return base::Annotate(passwords.status(), "redis.password-file");
    loaded->passwords = *std::move(passwords);
  }
  auto scripts = LoadScripts(environment_.fs, options_.scripts);
  if (!scripts.ok()) return base::Annotate(scripts.status(), "script");
  loaded->scripts = std::make_shared<const std::vector<Script>>(*std::move(scripts));
  return std::shared_ptr<const Loaded>(std::move(loaded));
}

std::shared_ptr<const RedisExporter::Loaded> RedisExporter::loaded() const {
  base::MutexLock lock(mutex_);
  return loaded_;
}

base::StatusOr<Target> RedisExporter::MakeTarget(std::string_view text, const RedisOptions& options,
                                                 const Loaded& loaded) const {
  Target target;
  auto address = ParseAddress(text);
  if (!address.ok()) return base::Annotate(address.status(), "redis.addr");
  target.address = *std::move(address);
  VEDETTE_ASSIGN_OR_RETURN(target.keys, KeyLists::Parse(options.keys));
  target.options = &options_;
  target.fs = environment_.fs;
  target.clock = environment_.clock;
  target.resolver = &resolver_;
  target.scripts = loaded.scripts;
  target.search_indexes = search_indexes_;
  target.login.client_name = options.client_name;
  target.login.user = target.address.user.empty() ? options.user : target.address.user;
  target.login.password = target.address.password;
  if (target.login.password.empty()) target.login.password = options.password;
  if (!target.login.password.empty()) return target;
  const base::Secret* password =
      loaded.passwords.Find(target.address, WithoutUserInfo(text), target.login.user);
  if (password != nullptr) target.login.password = *password;
  return target;
}

Response RedisExporter::ScrapePage(const Request& request) {
  const auto options = ScrapeOptions(request.query);
  auto target = options.ok() ? MakeTarget(options->addr, *options, *loaded())
                             : base::StatusOr<Target>(options.status());
  if (!target.ok()) {
    totals_->CountRequestError();
    return Response::Text(400, base::Concat({base::Message(target.status()), "\n"}));
  }
  Scraper scraper(*std::move(target));
  std::vector<prometheus::MetricFamily> families;
  const Scraper::Outcome outcome = scraper.Scrape(
      {environment_.clock, ScrapeDeadline(request, *environment_.clock, environment_.limits)},
      &families);
  failures_.Report("", options->addr, outcome.status.ok() ? "" : "redis",
                   std::string(base::Message(outcome.status)));
  MetricSet own(options_.name_space);
  AddTotals(1, outcome.seconds, 0, &own);
  if (!options_.redis_metrics_only) AddBuildInfo(&own);
  auto more = own.Take();
  std::move(more.begin(), more.end(), std::back_inserter(families));
  return MetricsPage(request, std::move(families));
}

// A password in a URL would stand in logs: one is dropped, the file has it.
base::StatusOr<RedisOptions> RedisExporter::ScrapeOptions(const base::http::Params& query) const {
  const std::string_view target = query.Get("target");
  if (target.empty()) return base::InvalidArgument("'target' parameter must be specified");
  RedisOptions options = options_;
  auto address = ParseAddress(target);
  if (!address.ok()) return base::Annotate(address.status(), "Invalid 'target' parameter");
  if (!address->user.empty()) options.user = address->user;
  options.addr = WithoutUserInfo(target);
  const std::pair<const char*, std::string*> kLists[] = {
      {"check-keys", &options.keys.check},
      {"check-single-keys", &options.keys.check_single},
      {"check-streams", &options.keys.streams},
      {"check-single-streams", &options.keys.single_streams},
      {"count-keys", &options.keys.count}};
  for (const auto& [name, list] : kLists) {
    if (!query.Get(name).empty()) *list = query.Get(name);
  }
  return options;
}

Response RedisExporter::DiscoverPage(const Request& request) const {
  if (!options_.is_cluster || options_.addr.empty()) {
    return Response::Text(400, "The discovery endpoint is only available on a redis cluster\n");
  }
  auto target = MakeTarget(options_.addr, options_, *loaded());
  if (!target.ok()) return Response::Text(500, base::Message(target.status()));
  const Address asked = target->address;
  Scraper scraper(*std::move(target));
  const auto nodes = scraper.ReadClusterNodes(
      {environment_.clock, ScrapeDeadline(request, *environment_.clock, environment_.limits)});
  if (!nodes.ok()) {
    return Response::Text(
        500,
        base::Concat({"Failed to fetch cluster nodes: ", base::Message(nodes.status()), "\n"}));
  }
  return Response::Json(200, DiscoveryJson(*nodes, asked, options_.cluster_hostnames));
}

Response RedisExporter::ReloadPage() {
  if (options_.password_file.empty()) {
    return Response::Text(400, "There is no pwd file specified\n");
  }
  const base::Status status = Reload();
  if (status.ok()) return Response::Text(200, "ok");
  environment_.logger->Error("not reloaded, the old passwords stay",
                             {{"err", base::Message(status)}});
  return Response::Text(
      500, base::Concat({"failed to reload passwords file: ", base::Message(status), "\n"}));
}

}  // namespace vedette::exporters::redis
