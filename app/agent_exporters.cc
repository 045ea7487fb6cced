#include "app/agent_exporters.h"

#include <CLI/CLI.hpp>

#include "base/strings.h"

namespace vedette::app {
namespace {

// A page of another exporter stands behind this on the node exporter's address.
constexpr std::string_view kPagesPath = "/metrics/";

}  // namespace

AgentExporterFlags::AgentExporterFlags(CLI::App* verb) {
  for (const ExporterSpec& spec : AllExporters()) {
    auto row = std::make_unique<Row>();
    const bool is_first = rows_.empty();
    row->spec = &spec;
    row->flags = spec.flags(spec, verb, is_first ? "" : base::Concat({spec.name, "."}));
    if (!is_first) {
      verb->add_option(base::Concat({"--exporter.", spec.name}), row->mode,
                       base::Concat({spec.title,
                                     ": on, off, or auto for where it finds what it "
                                     "asks"}))
          ->capture_default_str();
    }
    rows_.push_back(std::move(row));
  }
}

base::Status AgentExporterFlags::Check() const {
  for (const auto& row : rows_) {
    if (row->mode == "auto" || row->mode == "on" || row->mode == "off") continue;
    return base::InvalidArgument(
        base::Concat({"--exporter.", row->spec->name, ": found ", base::GoQuote(row->mode),
                      "; allowed are auto, on and off"}));
  }
  return base::Status();
}

base::StatusOr<std::unique_ptr<AgentExporters>> AgentExporters::Start(
    const World& world, const AgentExporterFlags& flags) {
  std::unique_ptr<AgentExporters> exporters(new AgentExporters(world));
  for (const auto& row : flags.rows()) {
    if (row->mode == "off") continue;
    auto slot = std::make_unique<Slot>();
    slot->row = row.get();
    slot->is_wanted = row->mode == "on";
    const base::Telemetry::LabelPairs labels = {{"exporter", row->spec->name}};
    slot->detected =
        world.telemetry->NewGauge("vedette_agent_exporter_detected",
                                  "Whether what the exporter asks was found on this host.", labels);
    slot->running = world.telemetry->NewGauge("vedette_agent_exporter_listening",
                                              "Whether the exporter serves its own port.", labels);
    exporters->slots_.push_back(std::move(slot));
  }
  VEDETTE_RETURN_IF_ERROR(exporters->StartNode(exporters->slots_.front().get()));
  for (size_t i = 1; i < exporters->slots_.size(); ++i) {
    Slot* const slot = exporters->slots_[i].get();
    if (slot->is_wanted) {
      VEDETTE_RETURN_IF_ERROR(exporters->StartOne(slot, slot->row->flags->Detect(world.fs)));
    }
    const base::MutexLock lock(exporters->work_mutex_);
    exporters->Look(slot);
  }
  exporters->looker_ =
      std::jthread([self = exporters.get()](std::stop_token stop) { self->LookUntil(stop); });
  return exporters;
}

AgentExporters::~AgentExporters() {
  if (looker_.joinable()) {
    looker_.request_stop();
    looker_.join();
  }
  // One after the other they would take longer than the 5 s that a stop may.
  std::vector<std::jthread> stopping;
  const auto stop = [&stopping](ExporterService* service) {
    if (service != nullptr) stopping.emplace_back([service] { service->StopListening(); });
  };
  stop(node_.get());
  for (const auto& slot : slots_) stop(slot->service.get());
}

base::Status AgentExporters::StartNode(Slot* slot) {
  VEDETTE_ASSIGN_OR_RETURN(auto made,
                           ExporterService::Make(world_, *slot->row->spec, *slot->row->flags));
  node_ = std::move(made);
  VEDETTE_RETURN_IF_ERROR(
      node_->Listen([this](const base::http::Request& request) { return Answer(request); }));
  slot->detected->Set(1);
  slot->running->Set(1);
  return base::Status();
}

// What is found is asked; what was switched on is made whether it is there or not.
base::Status AgentExporters::StartOne(Slot* slot, std::string_view found) {
  if (!found.empty()) slot->row->flags->Aim(found);
  VEDETTE_ASSIGN_OR_RETURN(auto made,
                           ExporterService::Make(world_, *slot->row->spec, *slot->row->flags));
  const base::MutexLock lock(mutex_);
  slot->service = std::move(made);
  return base::Status();
}

void AgentExporters::Look(Slot* slot) {
  const std::string found = slot->row->flags->Detect(world_.fs);
  slot->detected->Set(found.empty() ? 0 : 1);
  if (slot->service == nullptr) {
    if (found.empty()) return;
    if (const base::Status status = StartOne(slot, found); !status.ok()) {
      return Report(slot, "exporter not started", status);
    }
    world_.logger->Info("exporter started",
                        {{"exporter", slot->row->spec->name}, {"found", found}});
  }
  if (!slot->service->is_listening()) {
    if (const base::Status status = slot->service->Listen(); !status.ok()) {
      return Report(slot, "exporter has no port of its own yet; it answers under /metrics/NAME",
                    status);
    }
    slot->running->Set(1);
  }
}

void AgentExporters::Report(Slot* slot, std::string_view message, const base::Status& status) {
  if (slot->reported == base::Message(status)) return;
  slot->reported = base::Message(status);
  world_.logger->Warn(message,
                      {{"exporter", slot->row->spec->name}, {"error", base::Message(status)}});
}

void AgentExporters::LookUntil(std::stop_token stop) {
  while (world_.clock->SleepFor(kLookEvery, stop)) {
    const base::MutexLock lock(work_mutex_);
    for (size_t i = 1; i < slots_.size(); ++i) Look(slots_[i].get());
  }
}

std::shared_ptr<ExporterService> AgentExporters::Find(std::string_view name) const {
  const base::MutexLock lock(mutex_);
  for (const auto& slot : slots_) {
    if (name == slot->row->spec->name) return slot->service;
  }
  return nullptr;
}

base::http::Response AgentExporters::Answer(const base::http::Request& request) const {
  if (!base::StartsWith(request.path, kPagesPath)) return node_->handler()(request);
  const std::string_view rest = std::string_view(request.path).substr(kPagesPath.size());
  const auto service = Find(rest.substr(0, rest.find('/')));
  if (service == nullptr) return base::http::Response::Text(404, "404 page not found\n");
  // "postgres/probe" is the page /probe of postgres, "postgres" its metrics.
  const size_t slash = rest.find('/');
  base::http::Request inner = request;
  inner.path = slash == rest.npos ? service->metrics_path() : std::string(rest.substr(slash));
  return service->handler()(inner);
}

std::vector<model::AnnouncedPage> AgentExporters::Pages() {
  const base::MutexLock lock(work_mutex_);
  std::vector<model::AnnouncedPage> pages;
  for (size_t i = 0; i < slots_.size(); ++i) {
    const ExporterSpec& spec = *slots_[i]->row->spec;
    const auto service = i == 0 ? node_ : Find(spec.name);
    if (service == nullptr) continue;
    std::string path = spec.page;
    if (service->is_listening()) {
      if (path.empty()) path = service->metrics_path();
      pages.push_back({spec.name, service->port(), std::move(path), service->has_tls()});
    } else {
      pages.push_back({spec.name, node_->port(), base::Concat({kPagesPath, spec.name, path}),
                       node_->has_tls()});
    }
  }
  return pages;
}

base::http::Response AgentExporters::AnswerAt(uint16_t port, const base::http::Request& request) {
  std::shared_ptr<ExporterService> service;
  {
    const base::MutexLock lock(work_mutex_);
    if (port == node_->port()) service = node_;
    for (size_t i = 1; i < slots_.size() && service == nullptr; ++i) {
      const auto found = Find(slots_[i]->row->spec->name);
      if (found != nullptr && found->port() == port) service = found;
    }
  }
  if (service == nullptr) return base::http::Response::Text(404, "404 page not found\n");
  return service == node_ ? Answer(request) : service->handler()(request);
}

void AgentExporters::Reload() {
  const base::MutexLock lock(work_mutex_);
  node_->Reload();
  for (size_t i = 1; i < slots_.size(); ++i) {
    if (const auto service = Find(slots_[i]->row->spec->name)) service->Reload();
  }
}

}  // namespace vedette::app
