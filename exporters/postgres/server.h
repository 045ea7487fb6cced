#ifndef VEDETTE_EXPORTERS_POSTGRES_SERVER_H_
#define VEDETTE_EXPORTERS_POSTGRES_SERVER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "exporters/postgres/data_source.h"
#include "exporters/postgres/libpq.h"
#include "exporters/postgres/plan.h"
#include "exporters/postgres/session.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::postgres {

// What one scrape asks for, of all servers. Borrowed for its length.
struct ScrapeOrder {
  std::shared_ptr<const Plan> plan;
  std::vector<const CollectorSpec*> collectors;  // those of the plan that this scrape wants
  bool wants_custom = true;
  int64_t deadline_ns = 0;
  FamilySink* sink = nullptr;
  std::vector<Session*>* sessions = nullptr;  // what the poll loop runs
};

// One server: a session in the database of its data source and one in each further database, named
// by other data sources or discovered. A scrape is Begin, RunSessions, End. One thread at a time.
class Server {
 public:
  struct Options {
    const LibPq* pq = nullptr;
    const base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    Resolver* resolver = nullptr;
    std::vector<DataSource> sources;  // of one host and port; the first is the primary one
    bool is_first = true;             // a further one's series all have the label `server`
    Session::Limits limits{};
  };

  explicit Server(Options options);
  ~Server();

  void Begin(const ScrapeOrder& order);
  // Ends the sessions; tells of each collector how it went.
  void End();

  const std::string& label() const { return label_; }
  // Of the scrape that ended last.
  bool up() const { return up_; }
  // What upstream's legacy half would have failed at.
  bool has_errors() const { return has_errors_; }
  size_t connections() const;

 private:
  struct Outcome;
  struct Database;
  struct Cached;
  Database* Open(const DataSource& source);
  void BeginDatabase(Database* database);
  std::vector<Session::Task> MakeTasks(Database* database);
  void AddQueries(Database* database, bool last, std::vector<Session::Task>* tasks);
  void AddQuery(Database* database, size_t collector, const QuerySpec& query,
                std::vector<Session::Task>* tasks);
  void AddCustom(Database* database, std::vector<Session::Task>* tasks);
  void AddDiscovery(std::vector<Session::Task>* tasks);
  void TakeDatabases(const Result& result);
  bool IsChosen(std::string_view database) const;
  void BlameDatabase(const Session& session);
  void AddStatic();
  void TellOutcomes();
  void NoteState(const std::string& what, const base::Status& status);
  void Say(const std::string& what, const base::Status& status);

  const Options options_;
  const std::string label_;
  std::map<std::string, std::unique_ptr<Database>, std::less<>> databases_;
  Database* primary_ = nullptr;
  std::map<std::string, bool, std::less<>> failing_;  // what the log already knows

  ScrapeOrder order_;
  std::vector<Outcome> outcomes_;
  bool up_ = false;
  bool has_errors_ = false;
};

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_SERVER_H_
