#include "app/metrics_push.h"

#include "app/exporters.h"
#include "app/remote_join.h"
#include "base/strings.h"
#include "collector/remote/config.h"
#include "collector/scrape/config.h"

namespace vedette::app {
namespace {

// One host has some thousand series.
constexpr uint64_t kStoreHeadBytes = 64ull << 20;
constexpr uint64_t kStoreCacheBytes = 1ull << 20;
constexpr uint64_t kStoreReserveBytes = 4ull << 20;
// What may wait for a collector that is away: weeks of one host.
constexpr uint64_t kMostWaitingBytes = 1ull << 30;
constexpr int64_t kStoreRetentionMs = 60 * 60 * 1000;

// As a collector without a configuration scrapes what is announced.
std::string OwnScrapeText() {
  std::string text = "global: {scrape_interval: 15s}\nscrape_configs:\n";
  for (const ExporterSpec& exporter : AllExporters()) {
    text += base::Concat(
        {"  - job_name: ", exporter.name,
         "\n    enable_compression: false\n    agent_sd_configs: [{job: ", exporter.name, "}]\n"});
  }
  return text;
}

}  // namespace

MetricsPush::MetricsPush(const World& world, Options options)
    : world_(world), options_(std::move(options)), no_metadata_(world.clock) {}

base::StatusOr<std::unique_ptr<MetricsPush>> MetricsPush::Start(const World& world,
                                                                Options options) {
  std::unique_ptr<MetricsPush> push(new MetricsPush(world, std::move(options)));
  VEDETTE_RETURN_IF_ERROR(push->Open());
  push->store_->OnReplayed([self = push.get()] { self->Begin(); });
  return push;
}

base::Status MetricsPush::Open() {
  tsdb::Options store;
  store.dir = base::JoinPath(options_.state_dir, "metrics");
  store.retention_ms = kStoreRetentionMs;
  store.head_bytes = kStoreHeadBytes;
  store.page_cache_bytes = kStoreCacheBytes;
  store.selection_cache_bytes = kStoreCacheBytes;
  store.reserve_bytes = kStoreReserveBytes;
  store.max_sending_bytes = kMostWaitingBytes;
  store.fs = world_.fs;
  store.clock = world_.clock;
  store.log = world_.logger;
  store.telemetry = world_.telemetry;
  VEDETTE_ASSIGN_OR_RETURN(store_, tsdb::Store::Open(store));
  scrape::Manager::Options scraper;
  scraper.sink = store_.get();
  scraper.rich_sink = store_.get();
  scraper.cache_bytes = kStoreHeadBytes;
  scraper.fs = world_.fs;
  scraper.clock = world_.clock;
  scraper.logger = world_.logger;
  scraper.telemetry = world_.telemetry;
  scraper.announced = this;
  scraper.new_client = [this](const base::http::TlsClientOptions&) {
    return NewPageClient(options_.answer);
  };
  scraper_ = std::make_unique<scrape::Manager>(std::move(scraper));
  targets_view_ = std::make_unique<TargetsJoin>(scraper_.get(), &no_metadata_);
  sender_ = std::make_unique<remote::Manager>(
      SenderOptions(world_, base::JoinPath(options_.state_dir, "remote_write"), store_.get(),
                    targets_view_.get()));
  return {};
}

void MetricsPush::Begin() {
  const base::MutexLock lock(begin_mutex_);
  if (ended_) return;
  remote::WriteConfig write;
  write.name = "collector";
  write.url = options_.url + "/api/v1/write";
  write.http = options_.http;
  write.text = write.url;
  remote::Config sending;
  sending.writes.push_back(std::move(write));
  // Who sends on comes first: nothing that is scraped is to be missed.
  const base::Status status = sender_->ApplyConfig(sending, {});
  if (!status.ok()) {
    world_.logger->Error("metrics are not sent", {{"reason", base::Message(status)}});
  }
  const auto config = scrape::ParseConfig(OwnScrapeText(), "built-in");
  VEDETTE_CHECK(config.ok());
  scraper_->ApplyConfig(*config);
}

MetricsPush::~MetricsPush() {
  {
    const base::MutexLock lock(begin_mutex_);
    ended_ = true;
  }
  if (scraper_) scraper_->Stop();
  if (sender_) sender_->Stop();
  if (store_) store_->Stop();
}

std::vector<scrape::AnnouncedTarget> MetricsPush::Targets(const std::string& job) const {
  std::vector<scrape::AnnouncedTarget> targets;
  for (model::AnnouncedPage& page : options_.pages()) {
    if (page.job != job) continue;
    scrape::AnnouncedTarget target;
    target.host = options_.host;
    target.address = "127.0.0.1";
    target.port = page.port;
    target.path = std::move(page.path);
    target.labels = options_.labels;
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace vedette::app
