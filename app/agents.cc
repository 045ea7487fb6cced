#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "app/agents_list.h"
#include "app/server_access.h"
#include "app/verbs.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/http/configured_client.h"
#include "base/strings.h"

// `vedette agents`: the hosts whose agents announce themselves to a collector.

namespace vedette::app {
namespace {

struct AgentsFlags {
  ServerAccess server;
  std::string host;
  std::string output = "text";
};

int CannotAsk(const base::Status& status) {
  std::fprintf(stderr, "vedette agents: %s\n", std::string(base::Message(status)).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitProblem;
}

base::StatusOr<base::http::Response> AskAgents(const AgentsFlags& flags, const std::string& method,
                                               const std::string& below) {
  const auto fs = base::NewPosixFileSystem();
  base::SystemClock clock;
  VEDETTE_ASSIGN_OR_RETURN(base::http::ClientConfig config, flags.server.Config(fs.get()));
  const base::http::ConfiguredClient client(std::move(config),
                                            {fs.get(), &clock, nullptr, nullptr});
  base::http::ClientRequest request;
  request.method = method;
  request.url = base::Concat({flags.server.BaseUrl(), "/api/v1/agents", below});
  auto response = client.Send(std::move(request));
  if (!response.ok()) return base::Unavailable(base::Message(response.status()));
  if (response->status / 100 == 2) return response;
  return base::Unavailable(base::Concat({"the server answered ", std::to_string(response->status),
                                         ": ", base::Trim(response->body)}));
}

int List(const AgentsFlags& flags) {
  const auto response = AskAgents(flags, "GET", "");
  if (!response.ok()) return CannotAsk(response.status());
  if (flags.output == "json") {
    std::printf("%s\n", std::string(base::Trim(response->body)).c_str());
    return kExitOk;
  }
  const auto list = ParseAgentsList(response->body);
  if (!list.ok()) return CannotAsk(list.status());
  std::fputs(AgentsTable(*list).c_str(), stdout);
  return kExitOk;
}

int Decide(const AgentsFlags& flags, const std::string& method, const std::string& suffix) {
  const std::string below = base::Concat({"/", base::http::PercentEncode(flags.host), suffix});
  const auto response = AskAgents(flags, method, below);
  return response.ok() ? kExitOk : CannotAsk(response.status());
}

void AddServer(CLI::App* verb, AgentsFlags* flags) {
  verb->add_option("--server", flags->server.url, "URL of the collector")->capture_default_str();
  flags->server.AddCredentials(verb);
}

void AddDecision(CLI::App* agents, const std::string& name, const std::string& help,
                 const std::string& method, const std::string& suffix, int* exit_code) {
  CLI::App* verb = agents->add_subcommand(name, help);
  const auto flags = std::make_shared<AgentsFlags>();
  verb->add_option("HOST", flags->host, "The host's name")->required();
  AddServer(verb, flags.get());
  verb->callback(
      [flags, method, suffix, exit_code] { *exit_code = Decide(*flags, method, suffix); });
}

}  // namespace

void AddAgents(CLI::App* root, int* exit_code) {
  CLI::App* agents = root->add_subcommand(
      "agents", "The hosts whose agents announce themselves to a collector, and who was refused");
  agents->require_subcommand(1);
  CLI::App* list = agents->add_subcommand("list", "Every host, its state, address and pages");
  const auto flags = std::make_shared<AgentsFlags>();
  AddServer(list, flags.get());
  list->add_option("-o,--output", flags->output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  list->callback([flags, exit_code] { *exit_code = List(*flags); });
  AddDecision(agents, "forget", "A host that is gone: its targets end, its name is free", "DELETE",
              "", exit_code);
  AddDecision(agents, "release",
              "A host that was made anew: the next other agent that claims its name gets it", "PUT",
              "/release", exit_code);
}

}  // namespace vedette::app
