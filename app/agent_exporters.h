#ifndef VEDETTE_APP_AGENT_EXPORTERS_H_
#define VEDETTE_APP_AGENT_EXPORTERS_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/exporter_service.h"
#include "app/exporters.h"
#include "app/world.h"
#include "base/mutex.h"
#include "base/status.h"
#include "model/announcement.h"

namespace vedette::app {

// The agent's exporters on the command line: node's flags under their own names, the others' behind
// the exporter's name, and --exporter.NAME=auto|on|off.
class AgentExporterFlags {
 public:
  explicit AgentExporterFlags(CLI::App* verb);

  enum class Mode { kAuto, kOn, kOff };
  struct Row {
    const ExporterSpec* spec;
    std::unique_ptr<ExporterFlags> flags;
    std::string mode = "auto";
  };
  const std::vector<std::unique_ptr<Row>>& rows() const { return rows_; }
  // Fails naming the flag whose value is none of auto, on, off.
  base::Status Check() const;

 private:
  std::vector<std::unique_ptr<Row>> rows_;
};

// The exporters that the agent runs: node always, the others when the service that they ask is
// found on this host, looked for each minute. An exporter once started stays, so that the service's
// end shows as its `up` 0 and not as a page that vanished. Each page stands on the exporter's own
// port, as soon as nobody else listens there, and under /metrics/NAME of the node exporter's.
//
// Owned by the agent verb. Start, Reload and the destructor from one thread.
class AgentExporters {
 public:
  static constexpr std::chrono::minutes kLookEvery{1};

  // Fails where the node exporter, or one that is switched on, cannot be made or bound. `flags`
  // outlives this object.
  static base::StatusOr<std::unique_ptr<AgentExporters>> Start(const World& world,
                                                               const AgentExporterFlags& flags);
  ~AgentExporters();

  void Reload() VEDETTE_EXCLUDES(work_mutex_);

  // The pages that are served now, each on its exporter's own port or else on the node exporter's.
  // From any thread.
  std::vector<model::AnnouncedPage> Pages() VEDETTE_EXCLUDES(work_mutex_);
  // What a client at one of their ports would be answered. From any thread.
  base::http::Response AnswerAt(uint16_t port, const base::http::Request& request)
      VEDETTE_EXCLUDES(work_mutex_);

 private:
  struct Slot {
    AgentExporterFlags::Row* row;
    bool is_wanted = false;  // switched on: not found, it runs all the same
    std::string reported;    // what was last logged, so that each change is told once
    base::Gauge* detected = nullptr;
    base::Gauge* running = nullptr;
    std::shared_ptr<ExporterService> service;  // null till it runs; then for good
  };

  explicit AgentExporters(const World& world) : world_(world) {}
  base::Status StartNode(Slot* slot);
  base::Status StartOne(Slot* slot, std::string_view found) VEDETTE_EXCLUDES(mutex_);
  void Look(Slot* slot) VEDETTE_REQUIRES(work_mutex_);
  void Report(Slot* slot, std::string_view message, const base::Status& status);
  void LookUntil(std::stop_token stop) VEDETTE_EXCLUDES(work_mutex_);
  base::http::Response Answer(const base::http::Request& request) const VEDETTE_EXCLUDES(mutex_);
  std::shared_ptr<ExporterService> Find(std::string_view name) const VEDETTE_EXCLUDES(mutex_);

  const World world_;
  base::Mutex work_mutex_;                    // held while looking and while reloading
  mutable base::Mutex mutex_;                 // guards each slot's `service`
  std::vector<std::unique_ptr<Slot>> slots_;  // const after Start
  std::shared_ptr<ExporterService> node_;
  std::jthread looker_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_AGENT_EXPORTERS_H_
