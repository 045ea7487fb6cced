#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/agent_exporters.h"
#include "app/announce_flags.h"
#include "app/doctor_agents.h"
#include "app/server_access.h"
#include "app/ship_flags.h"
#include "app/verbs.h"
#include "base/clock.h"
#include "base/http/client.h"
#include "base/http/configured_client.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/telemetry.h"

// `vedette doctor`: looks at this host as the agent does and says what is found, what is missing
// and what to do about it.

namespace vedette::app {
namespace {

struct DoctorFlags {
  std::unique_ptr<AgentExporterFlags> exporters;
  std::unique_ptr<ShipFlags> ship;
  std::unique_ptr<AnnounceFlags> announce;
  std::string agent = "http://127.0.0.1:9100";
  ServerAccess collector;
  std::string output = "text";
};

const char* NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kNote:
      return "note";
    case Verdict::kProblem:
      return "problem";
  }
  return "";
}

class Doctor {
 public:
  Doctor(const DoctorFlags& flags, const World& world)
      : flags_(flags), world_(world), fs_(world.fs), client_(base::http::NewClient()) {}

  std::vector<Finding> Examine() {
    Agent();
    for (const auto& row : flags_.exporters->rows()) Exporter(*row);
    Journal();
    Announcing();
    Collector();
    return std::move(findings_);
  }

 private:
  void Say(Verdict verdict, std::string subject, std::string text) {
    findings_.push_back({verdict, std::move(subject), std::move(text)});
  }

  base::StatusOr<base::http::Response> Get(const std::string& url) {
    base::http::ClientRequest request;
    request.url = url;
    request.timeout = std::chrono::seconds(3);
    return client_->Send(request);
  }

  void Agent() {
    const auto page = Get(flags_.agent + "/metrics");
    if (!page.ok()) {
      Say(Verdict::kProblem, "agent",
          base::Concat({flags_.agent, " does not answer (", base::Message(page.status()),
                        "); start `vedette agent`, or name its address with --agent"}));
      return;
    }
    agent_answers_ = page->status == 200;
    Say(agent_answers_ ? Verdict::kOk : Verdict::kProblem, "agent",
        base::Concat({flags_.agent, "/metrics answers ", std::to_string(page->status)}));
  }

  void Exporter(const AgentExporterFlags::Row& row) {
    const std::string subject = base::Concat({"exporter ", row.spec->name});
    const std::string found = row.flags->Detect(fs_);
    if (found.empty()) {
      Say(Verdict::kNote, subject, "nothing found on this host that it could ask");
      return;
    }
    if (!agent_answers_ || row.spec == flags_.exporters->rows().front()->spec) {
      Say(Verdict::kOk, subject, "found: " + found);
      return;
    }
    const auto page = Get(base::Concat({flags_.agent, "/metrics/", row.spec->name}));
    const bool is_served = page.ok() && page->status == 200;
    Say(is_served ? Verdict::kOk : Verdict::kProblem, subject,
        base::Concat({"found: ", found,
                      is_served ? "; served by the agent"
                                : "; the agent does not serve it: see the agent's log (it looks "
                                  "each minute, and not where the exporter is switched off)"}));
  }

  void Journal() {
    for (const char* folder : {"/var/log/journal", "/run/log/journal"}) {
      const auto file = AJournalFile(folder);
      if (!file.ok() || !file->empty()) return JournalFile(file);
    }
    Say(Verdict::kNote, "journal",
        "no journal files in /var/log/journal or /run/log/journal: only log files are shipped");
  }

  void JournalFile(const base::StatusOr<std::string>& file) {
    const auto opened = file.ok() ? fs_->OpenRead(*file).status() : file.status();
    if (opened.ok()) return Say(Verdict::kOk, "journal", base::Concat({*file, " is readable"}));
    Say(Verdict::kProblem, "journal",
        base::Concat(
            {base::Message(opened), "; members of the group systemd-journal may read it"}));
  }

  // One of FOLDER/MACHINE-ID/NAME.journal; empty where there is none.
  base::StatusOr<std::string> AJournalFile(const std::string& folder) {
    const auto machines = fs_->List(folder);
    if (absl::IsNotFound(machines.status())) return std::string();
    if (!machines.ok()) return machines.status();
    for (const std::string& machine : *machines) {
      const std::string path = base::Concat({folder, "/", machine});
      const auto files = fs_->List(path);
      if (absl::IsPermissionDenied(files.status())) return files.status();
      if (!files.ok()) continue;  // a file among the folders
      for (const std::string& name : *files) {
        if (base::EndsWith(name, ".journal")) return base::Concat({path, "/", name});
      }
    }
    return std::string();
  }

  void SayAll(std::vector<Finding> findings) {
    for (Finding& finding : findings) findings_.push_back(std::move(finding));
  }

  // Asks the collector what it would answer to this host's agent.
  void Announcing() {
    constexpr char kSubject[] = "announcing";
    if (!flags_.announce->enabled()) return;
    const auto ship = flags_.ship->Check(world_);
    if (!ship.ok()) return Say(Verdict::kProblem, kSubject, std::string(Text(ship.status())));
    auto options = flags_.announce->Check(world_, *ship);
    if (!options.ok()) return Say(Verdict::kProblem, kSubject, std::string(Text(options.status())));
    const auto identity = announcer::LoadIdentity(fs_, ship->state_dir);
    if (absl::IsNotFound(identity.status())) {
      return Say(Verdict::kNote, kSubject,
                 base::Concat({"no agent has announced this host from ", ship->state_dir,
                               "; name its state folder with --agent.state-path"}));
    }
    if (!identity.ok()) {
      return Say(Verdict::kNote, kSubject,
                 base::Concat({Text(identity.status()), "; ask as root or as the agent's user"}));
    }
    options->announcement.id = identity->id;
    options->announcement.key = identity->key;
    const base::http::ConfiguredClient client(options->http, {fs_, world_.clock, nullptr, nullptr});
    const announcer::Answer answer =
        announcer::SendAnnouncement(client, options->url, options->announcement, true, {});
    SayAll(AnnouncingFindings(options->url, ship->host, answer, world_.clock->WallMillis()));
  }

  static std::string_view Text(const base::Status& status) { return base::Message(status); }

  // Who is silent and who is refused, as the collector sees it.
  void Hosts() {
    constexpr char kSubject[] = "hosts";
    auto config = flags_.collector.Config(fs_);
    if (!config.ok()) return Say(Verdict::kProblem, kSubject, std::string(Text(config.status())));
    const base::http::ConfiguredClient client(*std::move(config),
                                              {fs_, world_.clock, nullptr, nullptr});
    base::http::ClientRequest request;
    request.url = flags_.collector.BaseUrl() + "/api/v1/agents";
    request.timeout = std::chrono::seconds(3);
    const auto response = client.Send(std::move(request));
    if (!response.ok()) {
      return Say(Verdict::kNote, kSubject, std::string(Text(response.status())));
    }
    const auto list = ParseAgentsList(response->body);
    if (list.ok()) return SayAll(AgentsFindings(*list));
    Say(Verdict::kNote, kSubject,
        base::Concat({"the collector does not say who announced themselves: it answers ",
                      std::to_string(response->status),
                      response->status == 401 || response->status == 403
                          ? "; name credentials with --token-file"
                          : ""}));
  }

  void Collector() {
    const auto ready = Get(flags_.collector.BaseUrl() + "/-/ready");
    if (!ready.ok()) {
      Say(Verdict::kNote, "collector",
          base::Concat({flags_.collector.BaseUrl(), " does not answer (",
                        base::Message(ready.status()),
                        "); name its address with --collector where it runs elsewhere"}));
      return;
    }
    Say(ready->status == 200 ? Verdict::kOk : Verdict::kProblem, "collector",
        base::Concat(
            {flags_.collector.BaseUrl(), "/-/ready answers ", std::to_string(ready->status)}));
    if (ready->status == 200) Hosts();
  }

  const DoctorFlags& flags_;
  const World& world_;
  base::FileSystem* const fs_;
  const std::unique_ptr<base::http::Client> client_;
  std::vector<Finding> findings_;
  bool agent_answers_ = false;
};

void PrintText(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    std::printf("%-8s %-18s %s\n", NameOf(finding.verdict), finding.subject.c_str(),
                finding.text.c_str());
  }
}

void PrintJson(const std::vector<Finding>& findings) {
  std::string out;
  base::JsonWriter json(&out);
  json.BeginArray();
  for (const Finding& finding : findings) {
    json.BeginObject();
    json.Key("verdict").String(NameOf(finding.verdict));
    json.Key("subject").String(finding.subject);
    json.Key("text").String(finding.text);
    json.EndObject();
  }
  json.EndArray();
  std::printf("%s\n", out.c_str());
}

int Run(const DoctorFlags& flags) {
  const auto fs = base::NewPosixFileSystem();
  base::SystemClock clock;
  base::Logger logger(base::LogLevel::kError, &clock);
  base::Telemetry telemetry;
  const World world{fs.get(), &clock, &logger, &telemetry};
  const std::vector<Finding> findings = Doctor(flags, world).Examine();
  flags.output == "json" ? PrintJson(findings) : PrintText(findings);
  for (const Finding& finding : findings) {
    if (finding.verdict == Verdict::kProblem) return kExitProblem;
  }
  return kExitOk;
}

}  // namespace

void AddDoctor(CLI::App* root, int* exit_code) {
  CLI::App* verb =
      root->add_subcommand("doctor", "Say what is found and what is wrong on this host");
  const auto flags = std::make_shared<DoctorFlags>();
  flags->exporters = std::make_unique<AgentExporterFlags>(verb);
  flags->ship = std::make_unique<ShipFlags>(verb);
  flags->announce = std::make_unique<AnnounceFlags>(verb);
  verb->add_option("--agent", flags->agent, "Address of this host's agent")->capture_default_str();
  verb->add_option("--collector", flags->collector.url, "Address of the collector")
      ->capture_default_str();
  flags->collector.AddCredentials(verb);
  verb->add_option("-o,--output", flags->output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  verb->callback([flags, exit_code] { *exit_code = Run(*flags); });
}

}  // namespace vedette::app
