#include "exporters/postgres/server.h"

#include <prometheus/metric_family.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/strings.h"
#include "exporters/postgres/row_writer.h"
#include "exporters/postgres/version_range.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;

constexpr char kDatabasesSql[] =
    "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate "
    "AND datname <> current_database() AND has_database_privilege(oid, 'CONNECT') "
    "ORDER BY datname";

// "PostgreSQL 15.18 (Debian ...)" -> "15.18.0", as upstream has it.
std::string ShortVersion(std::string_view text) {
  const std::vector<std::string_view> words = base::Split(text, ' ');
  if (words.size() < 2) return "0.0.0";
  std::string version;
  size_t parts = 0;
  for (const std::string_view part : base::Split(words[1], '.')) {
    const std::string_view digits = part.substr(0, part.find_first_not_of("0123456789"));
    if (digits.empty() || parts == 3) break;
    version += Concat({parts == 0 ? "" : ".", digits});
    ++parts;
  }
  for (; parts < 3; ++parts) version += parts == 0 ? "0" : ".0";
  return version;
}

bool Holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

// How a collector fares in one scrape, in all databases together.
struct Server::Outcome {
  size_t asked = 0;
  size_t answered = 0;
  int64_t nanos = 0;
  base::Status error;
};

// The families that a custom query gave, for as long as they are to be shown again.
struct Server::Cached {
  int64_t until_ns = 0;
  std::vector<prometheus::MetricFamily> families;
};

struct Server::Database {
  Database(const Options& options, const DataSource& source)
      : session(options.pq, options.clock, options.resolver, source, options.limits) {}
  Session session;
  bool from_data_source = false;
  Naming standalone;
  Naming legacy;
  std::map<std::string, Cached> cache;  // by custom query
  std::vector<size_t> asked;            // by collector, in this scrape
  int64_t last_answer_ns = 0;
};

Server::Server(Options options)
    : options_(std::move(options)), label_(options_.sources.front().ServerLabel()) {
  for (const DataSource& source : options_.sources) Open(source)->from_data_source = true;
  primary_ = databases_.find(options_.sources.front().Database())->second.get();
}

Server::~Server() = default;

// One session a database, whoever asks for it.
Server::Database* Server::Open(const DataSource& source) {
  auto& database = databases_[std::string(source.Database())];
  if (database == nullptr) database = std::make_unique<Database>(options_, source);
  return database.get();
}

void Server::Begin(const ScrapeOrder& order) {
  order_ = order;
  outcomes_.assign(order_.collectors.size(), Outcome());
  up_ = false;
  has_errors_ = false;
  for (const auto& [name, database] : databases_) {
    if (database->from_data_source) BeginDatabase(database.get());
  }
}

void Server::BeginDatabase(Database* database) {
  Naming& alone = database->standalone;
  alone = Naming();
  if (!options_.is_first) alone.labels.emplace_back("server", label_);
  if (database != primary_) alone.labels.emplace_back("datname", database->session.database());
  Naming& legacy = database->legacy;
  legacy = Naming();
  legacy.prefix = order_.plan->options.metric_prefix;
  legacy.labels = order_.plan->constant_labels;
  legacy.labels.emplace_back("server", label_);
  database->asked.clear();
  database->last_answer_ns = options_.clock->MonotonicNanos();
  database->session.Begin([this, database](Session*) { return MakeTasks(database); },
                          order_.deadline_ns);
  order_.sessions->push_back(&database->session);
}

std::vector<Session::Task> Server::MakeTasks(Database* database) {
  std::vector<Session::Task> tasks;
  // A second time where the first connection was dead: what it was asked does not count.
  for (size_t i = 0; i < database->asked.size(); ++i) outcomes_[i].asked -= database->asked[i];
  database->asked.assign(outcomes_.size(), 0);
  if (database == primary_ && order_.plan->options.discovery.on) AddDiscovery(&tasks);
  AddQueries(database, false, &tasks);
  AddQueries(database, true, &tasks);
  if (order_.wants_custom) AddCustom(database, &tasks);
  return tasks;
}

void Server::AddQueries(Database* database, bool last, std::vector<Session::Task>* tasks) {
  const int version = database->session.server_version();
  for (size_t i = 0; i < order_.collectors.size(); ++i) {
    const CollectorSpec& collector = *order_.collectors[i];
    if (collector.scope == Scope::kServer && database != primary_) continue;
    for (const QuerySpec& query : collector.queries()) {
      if (query.goes_last != last || version < query.from || version >= query.until) continue;
      if (!IsWanted(query, order_.plan->options)) continue;
      if (order_.plan->IsReplaced(collector, query)) continue;
      AddQuery(database, i, query, tasks);
    }
  }
}

void Server::AddQuery(Database* database, size_t collector, const QuerySpec& query,
                      std::vector<Session::Task>* tasks) {
  ++outcomes_[collector].asked;
  ++database->asked[collector];
  const bool until_020 =
      query.half == Half::kLegacyUntil020 && order_.plan->options.names != MetricNames::k020;
  const bool is_legacy = until_020 || query.half == Half::kLegacy;
  const Naming* const naming = is_legacy ? &database->legacy : &database->standalone;
  const auto done = [this, database, collector, &query, naming](base::StatusOr<Result> result) {
    Outcome& outcome = outcomes_[collector];
    ++outcome.answered;
    const int64_t now = options_.clock->MonotonicNanos();
    outcome.nanos += now - std::exchange(database->last_answer_ns, now);
    base::Status status = result.status();
    if (result.ok()) {
      const RowReader read = query.read == nullptr ? &WriteRows : query.read;
      status = read(*result, query, *naming, order_.sink);
    }
    if (!status.ok() && outcome.error.ok()) outcome.error = status;
  };
  const int version = database->session.server_version();
  tasks->push_back(
      {query.make_sql == nullptr ? query.sql : query.make_sql(order_.plan->options, version),
       done});
}

void Server::AddCustom(Database* database, std::vector<Session::Task>* tasks) {
  const Version version = VersionOfNumber(database->session.server_version());
  const int64_t now = options_.clock->MonotonicNanos();
  for (const CustomQuery& query : order_.plan->custom) {
    if (query.primary_only && database != primary_) continue;
    if (!query.servers.Contains(version)) continue;
    Cached& cached = database->cache[query.name];
    if (cached.until_ns > now) {
      for (const auto& family : cached.families) order_.sink->Add(family);
      continue;
    }
    tasks->push_back({query.sql, [this, database, &query, &cached](base::StatusOr<Result> result) {
                        const int64_t answered = options_.clock->MonotonicNanos();
                        database->last_answer_ns = answered;
                        NoteState("query " + query.name, result.status());
                        if (!result.ok()) return;
                        FamilySink sink;
                        WriteCustomRows(*result, query, database->legacy, &sink);
                        std::vector<prometheus::MetricFamily> families;
                        sink.MoveTo(&families);
                        for (const auto& family : families) order_.sink->Add(family);
                        if (query.cache_seconds == 0) return;
                        cached.until_ns = answered + query.cache_seconds * 1'000'000'000;
                        cached.families = std::move(families);
                      }});
  }
}

void Server::AddDiscovery(std::vector<Session::Task>* tasks) {
  tasks->push_back({kDatabasesSql, [this](base::StatusOr<Result> result) {
                      NoteState("database discovery", result.status());
                      if (result.ok()) TakeDatabases(*result);
                    }});
}

bool Server::IsChosen(std::string_view database) const {
  const auto& discovery = order_.plan->options.discovery;
  if (Holds(discovery.exclude, database)) return false;
  return discovery.include.empty() || Holds(discovery.include, database);
}

// Databases that are gone, or no longer wanted, lose their connections.
void Server::TakeDatabases(const Result& result) {
  std::vector<std::string> found;
  const int max_databases = order_.plan->options.discovery.max_databases;
  for (int row = 0; row < result.rows(); ++row) {
    if (IsChosen(result.Text(row, 0))) found.emplace_back(result.Text(row, 0));
  }
  const bool too_many = found.size() > static_cast<size_t>(max_databases);
  NoteState("database discovery's limit",
            too_many ? base::ResourceExhausted(Concat({"found ", std::to_string(found.size()),
                                                       " databases, reading the first ",
                                                       std::to_string(max_databases)}))
                     : base::Status());
  if (too_many) found.resize(static_cast<size_t>(max_databases));
  std::erase_if(databases_, [&found](const auto& entry) {
    return !entry.second->from_data_source && !Holds(found, entry.first);
  });
  for (const std::string& name : found) {
    Database* const database = Open(options_.sources.front().WithDatabase(name));
    if (!database->from_data_source) BeginDatabase(database);
  }
}

void Server::End() {
  up_ = primary_->session.answered();
  for (const auto& [name, database] : databases_) {
    Session& session = database->session;
    session.Finish();
    NoteState("database " + name, session.error());
    if (!session.error().ok()) BlameDatabase(session);
  }
  if (up_ && !order_.plan->options.disable_default_metrics) AddStatic();
  TellOutcomes();
  order_ = ScrapeOrder();
}

// What a database of several does not tell is missing from the page.
void Server::BlameDatabase(const Session& session) {
  const base::Status error =
      base::Annotate(session.error(), Concat({"database ", session.database()}));
  for (size_t i = 0; i < outcomes_.size(); ++i) {
    if (order_.collectors[i]->scope == Scope::kDatabase && outcomes_[i].error.ok()) {
      outcomes_[i].error = error;
    }
  }
}

void Server::AddStatic() {
  const std::string& text = primary_->session.version_text();
  primary_->legacy.Add(order_.sink->Untyped("pg_static", "Version string as reported by postgres"),
                       1, {{"version", text}, {"short_version", ShortVersion(text)}});
}

namespace {

// pg_exporter_last_scrape_error tells of upstream's legacy half, and so of these; of the others
// pg_scrape_collector_success does.
bool IsLegacy(const CollectorSpec& collector) {
  const auto queries = collector.queries();
  return std::any_of(queries.begin(), queries.end(),
                     [](const QuerySpec& query) { return query.half != Half::kStandalone; });
}

}  // namespace

void Server::TellOutcomes() {
  FamilyRef duration = order_.sink->Gauge("pg_scrape_collector_duration_seconds",
                                          "postgres_exporter: Duration of a collector scrape.");
  FamilyRef success = order_.sink->Gauge("pg_scrape_collector_success",
                                         "postgres_exporter: Whether a collector succeeded.");
  for (size_t i = 0; i < outcomes_.size(); ++i) {
    Outcome& outcome = outcomes_[i];
    const std::string_view name = order_.collectors[i]->name;
    if (outcome.error.ok() && outcome.answered < outcome.asked) {
      outcome.error = base::DeadlineExceeded("no answer within the scrape's time");
    }
    if (up_) Say(Concat({"collector ", name}), outcome.error);
    if (up_ && !outcome.error.ok() && IsLegacy(*order_.collectors[i])) has_errors_ = true;
    const bool ok = up_ && outcome.error.ok();
    primary_->standalone.Add(duration, static_cast<double>(outcome.nanos) / 1e9,
                             {{"collector", name}});
    primary_->standalone.Add(success, ok ? 1 : 0, {{"collector", name}});
  }
}

void Server::NoteState(const std::string& what, const base::Status& status) {
  if (!status.ok()) has_errors_ = true;
  Say(what, status);
}

// Said when it begins and when it ends, not at each scrape.
void Server::Say(const std::string& what, const base::Status& status) {
  bool& failing = failing_[what];
  if (failing == !status.ok()) return;
  failing = !status.ok();
  if (failing) {
    options_.logger->Warn("postgres: failing",
                          {{"server", label_}, {"what", what}, {"err", base::Message(status)}});
  } else {
    options_.logger->Info("postgres: works again", {{"server", label_}, {"what", what}});
  }
}

size_t Server::connections() const {
  return static_cast<size_t>(
      std::count_if(databases_.begin(), databases_.end(),
                    [](const auto& entry) { return entry.second->session.connected(); }));
}

}  // namespace vedette::exporters::postgres
