#include "exporters/postgres/scraper.h"

#include <algorithm>

#include "exporters/postgres/row_writer.h"

namespace vedette::exporters::postgres {

bool Scraper::Enter(int64_t deadline_ns) {
  base::MutexLock lock(mutex_);
  ++scrapes_;
  while (busy_) {
    const int64_t left = deadline_ns - options_.clock->MonotonicNanos();
    if (left <= 0) return false;
    left_.WaitFor(mutex_, std::chrono::nanoseconds(left));
  }
  busy_ = true;
  return true;
}

void Scraper::Leave() {
  base::MutexLock lock(mutex_);
  busy_ = false;
  left_.NotifyOne();
}

std::vector<prometheus::MetricFamily> Scraper::Scrape(const Request& request) {
  FamilySink sink;
  Report report;
  const int64_t begin = options_.clock->MonotonicNanos();
  if (Enter(request.deadline_ns)) {
    report = Run(request, &sink);
    Leave();
  } else {
    report.has_errors = true;
    options_.logger->Warn("postgres: another scrape is still running, this one goes without");
  }
  report.seconds = static_cast<double>(options_.clock->MonotonicNanos() - begin) / 1e9;
  Tell(report, *request.plan, &sink);
  std::vector<prometheus::MetricFamily> families;
  sink.MoveTo(&families);
  return families;
}

Scraper::Report Scraper::Run(const Request& request, FamilySink* sink) {
  Report report;
  if (options_.sources.empty()) return report;  // as upstream: pg_up is 0, and no error
  const auto pq = options_.loader->Get();
  if (!pq.ok()) {
    report.has_errors = true;
    if (!load_failed_) {
      options_.logger->Error("postgres: no client library", {{"err", base::Message(pq.status())}});
    }
    load_failed_ = true;
    return report;
  }
  if (servers_.empty()) MakeServers(*pq, request.plan->options);
  std::vector<Session*> sessions;
  ScrapeOrder order{request.plan, request.collectors, request.wants_custom, request.deadline_ns,
                    sink,         &sessions};
  for (const auto& server : servers_) server->Begin(order);
  RunSessions(sessions, *options_.clock);
  FamilyRef up = sink->Gauge("vedette_exporter_postgres_server_up",
                             "1 where the server answered in this scrape");
  FamilyRef connections = sink->Gauge("vedette_exporter_postgres_connections",
                                      "Connections to the server that this exporter holds");
  for (const auto& server : servers_) {
    server->End();
    report.up = report.up || server->up();
    report.has_errors = report.has_errors || server->has_errors();
    up.Add(server->up() ? 1 : 0, {{"server", server->label()}});
    connections.Add(static_cast<double>(server->connections()), {{"server", server->label()}});
  }
  return report;
}

void Scraper::MakeServers(const LibPq* pq, const PostgresOptions& options) {
  std::vector<Server::Options> servers;
  for (const DataSource& source : options_.sources) {
    const auto same = [&source](const Server::Options& server) {
      return server.sources.front().ServerLabel() == source.ServerLabel();
    };
    const auto found = std::find_if(servers.begin(), servers.end(), same);
    if (found != servers.end()) {
      found->sources.push_back(source);
      continue;
    }
    Server::Options& server = servers.emplace_back();
    server.pq = pq;
    server.clock = options_.clock;
    server.logger = options_.logger;
    server.resolver = options_.resolver;
    server.is_first = servers.size() == 1;
    server.limits = {options.timeouts.connect, options.timeouts.lock};
    server.sources = {source};
  }
  for (Server::Options& server : servers) {
    servers_.push_back(std::make_unique<Server>(std::move(server)));
  }
}

void Scraper::Tell(const Report& report, const Plan& plan, FamilySink* sink) {
  Naming naming;
  naming.labels = plan.constant_labels;
  double scrapes = 0;
  {
    base::MutexLock lock(mutex_);
    scrapes = static_cast<double>(scrapes_);
  }
  naming.Add(sink->Gauge("pg_exporter_last_scrape_duration_seconds",
                         "Duration of the last scrape of metrics from PostgreSQL."),
             report.seconds, {});
  naming.Add(sink->Counter("pg_exporter_scrapes_total",
                           "Total number of times PostgreSQL was scraped for metrics."),
             scrapes, {});
  naming.Add(sink->Gauge("pg_exporter_last_scrape_error",
                         "Whether the last scrape of metrics from PostgreSQL resulted in an "
                         "error (1 for error, 0 for success)."),
             report.has_errors ? 1 : 0, {});
  naming.Add(sink->Gauge("pg_up", "Whether a server answered in the last scrape (1: yes, 0: no)."),
             report.up ? 1 : 0, {});
  TellCustom(plan, naming, sink);
}

void Scraper::TellCustom(const Plan& plan, const Naming& naming, FamilySink* sink) const {
  if (plan.options.extend_query_path.empty()) return;
  naming.Add(sink->Gauge("pg_exporter_user_queries_load_error",
                         "Whether the user queries file could not be read (1: error, 0: fine)."),
             plan.custom_status.ok() ? 0 : 1,
             {{"filename", plan.options.extend_query_path}, {"hashsum", plan.custom_hash}});
}

}  // namespace vedette::exporters::postgres
