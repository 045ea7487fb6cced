#include "exporters/redis/scraper.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/strings.h"
#include "exporters/redis/key_groups.h"
#include "exporters/redis/search_metrics.h"
#include "exporters/redis/sentinel_metrics.h"
#include "exporters/redis/server_replies.h"

namespace vedette::exporters::redis {
namespace {

constexpr int kDefaultDatabases = 16;

}  // namespace

Scraper::Scraper(Target target)
    : target_(std::move(target)), options_(*target_.options), keys_(target_.keys, options_.keys) {}

Scraper::Outcome Scraper::Scrape(const Deadline& deadline,
                                 std::vector<prometheus::MetricFamily>* families) {
  const int64_t begin = target_.clock->MonotonicNanos();
  MetricSet plain(options_.name_space);    // without the role
  MetricSet metrics(options_.name_space);  // with it
  up_ = false;
  Outcome outcome;
  outcome.status = Run(deadline, &plain, &metrics);
  if (!outcome.status.ok() && !absl::IsNotFound(outcome.status)) connection_.reset();
  outcome.up = up_;
  outcome.seconds = SecondsSince(begin);
  const std::string error = outcome.status.ok() ? "" : SafeText(outcome.status);
  if (!outcome.status.ok()) outcome.status = base::Unavailable(error);
  metrics.Gauge("exporter_last_scrape_error", outcome.status.ok() ? 0 : 1, {{"err", error}});
  metrics.Gauge("exporter_last_scrape_duration_seconds", outcome.seconds);
  metrics.Gauge("up", up_ ? 1 : 0);
  if (options_.role_label) metrics.AddLabelToAll("instance_role", up_ ? facts_.role : "");
  for (MetricSet* set : {&plain, &metrics}) {
    auto taken = set->Take();
    std::move(taken.begin(), taken.end(), std::back_inserter(*families));
  }
  return outcome;
}

base::StatusOr<std::vector<ClusterNode>> Scraper::ReadClusterNodes(const Deadline& deadline) {
  VEDETTE_RETURN_IF_ERROR(EnsureConnection(deadline));
  VEDETTE_ASSIGN_OR_RETURN(const Reply reply, connection_->RunOne({"CLUSTER", "NODES"}, deadline));
  if (!reply.is_text()) return base::NotFound("CLUSTER NODES: " + reply.text);
  return ParseClusterNodes(reply.text);
}

base::Status Scraper::Run(const Deadline& deadline, MetricSet* plain, MetricSet* metrics) {
  const int64_t begin = target_.clock->MonotonicNanos();
  const base::Status connected = EnsureConnection(deadline);
  plain->Gauge("exporter_last_scrape_connect_time_seconds", SecondsSince(begin));
  VEDETTE_RETURN_IF_ERROR(connected);
  if (options_.ping_on_connect) VEDETTE_RETURN_IF_ERROR(Ping(deadline, plain));
  VEDETTE_ASSIGN_OR_RETURN(Answers answers, Ask(deadline));
  VEDETTE_RETURN_IF_ERROR(AskInfo(deadline, &answers));
  up_ = true;
  AddAnswers(answers, metrics);
  return AddMore(deadline, metrics);
}

base::Status Scraper::EnsureConnection(const Deadline& deadline) {
  is_reused_ = connection_ && connection_->IsAlive();
  if (is_reused_) return base::Status();
  connection_.reset();
  cluster_connections_.clear();
  std::unique_ptr<TlsContext> tls;  // read anew, so that a rotated certificate is taken
  if (target_.address.is_tls()) {
    VEDETTE_ASSIGN_OR_RETURN(tls, TlsContext::Load(options_.tls, target_.fs));
  }
  const int64_t timeout_ns = std::chrono::nanoseconds(options_.connection_timeout).count();
  VEDETTE_ASSIGN_OR_RETURN(connection_,
                           Connection::Open(target_.address, target_.login, tls.get(),
                                            deadline.AtMost(timeout_ns), target_.resolver));
  return base::Status();
}

Command Scraper::CommandOf(Question question) const {
  switch (question) {
    case kConfig:
      if (options_.config_command == "-") return {};
      return {options_.config_command, "GET", "*"};
    case kInfo:
      return {"INFO", "ALL"};
    case kClusterInfo:  // elsewhere it would be an error in the server's statistics
      return facts_.is_cluster ? Command{"CLUSTER", "INFO"} : Command{};
    case kSpikes:
      return {"LATENCY", "LATEST"};
    case kHistograms:
      return options_.include.latency_histogram ? Command{"LATENCY", "HISTOGRAM"} : Command{};
    case kSlowLogLength:
      return {"SLOWLOG", "LEN"};
    case kSlowLogNewest:
      return {"SLOWLOG", "GET", "1"};
    case kClients:
      return options_.include.clients ? Command{"CLIENT", "LIST"} : Command{};
    case kModules:
      return options_.include.modules ? Command{"INFO", "MODULES"} : Command{};
    case kTile38:
      return options_.is_tile38 ? Command{"SERVER", "EXT"} : Command{};
    case kQuestionCount:
      break;
  }
  return {};
}

base::Status Scraper::Ping(const Deadline& deadline, MetricSet* plain) {
  const int64_t begin = target_.clock->MonotonicNanos();
  const auto reply = connection_->RunOne({"PING"}, deadline);
  if (!reply.ok()) return reply.status();
  if (!reply->is_error()) {
    plain->Gauge("exporter_last_scrape_ping_time_seconds", SecondsSince(begin));
  }
  return base::Status();
}

base::StatusOr<Scraper::Answers> Scraper::Ask(const Deadline& deadline) {
  std::vector<Question> questions;
  std::vector<Command> commands;
  for (int i = 0; i < kQuestionCount; ++i) {
    Command command = CommandOf(static_cast<Question>(i));
    if (command.empty()) continue;
    questions.push_back(static_cast<Question>(i));
    commands.push_back(std::move(command));
  }
  auto replies = connection_->Run(commands, deadline);
  if (!replies.ok() && is_reused_ && absl::IsUnavailable(replies.status())) {
    connection_.reset();  // closed by the server just now: once more on a new one
    VEDETTE_RETURN_IF_ERROR(EnsureConnection(deadline));
    replies = connection_->Run(commands, deadline);
  }
  if (!replies.ok()) return replies.status();
  Answers answers;
  for (size_t i = 0; i < questions.size(); ++i) answers[questions[i]] = std::move((*replies)[i]);
  return answers;
}

// Some servers know no INFO ALL; and only INFO tells whether CLUSTER INFO is worth asking.
base::Status Scraper::AskInfo(const Deadline& deadline, Answers* answers) {
  Reply& info = (*answers)[kInfo];
  if (!info.is_text() || info.text.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(info, connection_->RunOne({"INFO"}, deadline));
  }
  if (info.is_error()) return base::Unavailable(info.text);
  if (!info.is_text()) return base::DataLoss("INFO was answered with something else than a text");
  if (SaysCluster(info.text) && (*answers)[kClusterInfo].kind == Reply::Kind::kNil) {
    VEDETTE_ASSIGN_OR_RETURN((*answers)[kClusterInfo],
                             connection_->RunOne({"CLUSTER", "INFO"}, deadline));
  }
  return base::Status();
}

void Scraper::AddAnswers(const Answers& answers, MetricSet* metrics) {
  const int64_t now_s = target_.clock->WallNanos() / 1'000'000'000;
  const ConfigFacts config = AddConfig(answers[kConfig], options_.include, metrics);
  InfoOptions info;
  info.databases = config.databases.value_or(kDefaultDatabases);
  info.empty_databases = options_.include.empty_databases;
  info.system = options_.include.system;
  info.now_s = now_s;
  CommandStats stats;
  facts_ = AddInfo(answers[kInfo].text, info, &stats, metrics);
  databases_ = facts_.is_cluster ? 1 : info.databases;
  if (answers[kClusterInfo].is_text()) AddClusterInfo(answers[kClusterInfo].text, metrics);
  stats.AddHistograms(answers[kHistograms], metrics);
  AddLatencySpikes(answers[kSpikes], metrics);
  AddSlowLog(answers[kSlowLogLength], answers[kSlowLogNewest], metrics);
  AddClients(answers[kClients], options_.include.client_ports, now_s, metrics);
  if (answers[kModules].is_text()) AddModules(answers[kModules].text, metrics);
  AddTile38(answers[kTile38], metrics);
  if (options_.include.rdb_file_size) AddRdbSize(config.rdb_path, metrics);
}

base::Status Scraper::AddMore(const Deadline& deadline, MetricSet* metrics) {
  VEDETTE_RETURN_IF_ERROR(AddKeyMetrics(deadline, metrics));
  VEDETTE_RETURN_IF_ERROR(AddGroups(deadline, metrics));
  if (facts_.is_sentinel) {
    VEDETTE_RETURN_IF_ERROR(AddSentinel(connection_.get(), options_.include, deadline, metrics));
  }
  if (options_.include.search_indexes && target_.search_indexes) {
    VEDETTE_RETURN_IF_ERROR(
        AddSearchIndexes(connection_.get(), *target_.search_indexes, deadline, metrics));
  }
  if (!target_.scripts) return base::Status();
  return AddScripts(connection_.get(), *target_.scripts, options_.script_read_only, deadline,
                    metrics);
}

base::Status Scraper::AddKeyMetrics(const Deadline& deadline, MetricSet* metrics) {
  if (target_.keys.empty() || facts_.is_sentinel) return base::Status();
  if (options_.keys.skip_on_master && facts_.role == "master") return base::Status();
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<KeyNode> nodes, KeyNodes(deadline));
  return keys_.Run(nodes, deadline, metrics);
}

base::Status Scraper::AddGroups(const Deadline& deadline, MetricSet* metrics) {
  const int64_t begin = target_.clock->MonotonicNanos();
  if (!facts_.is_sentinel) {
    VEDETTE_RETURN_IF_ERROR(
        AddKeyGroups(connection_.get(), databases_,
                     {target_.keys.groups, options_.keys.batch_size, options_.keys.max_groups},
                     deadline, metrics));
  }
  const int64_t ms = (target_.clock->MonotonicNanos() - begin) / 1'000'000;
  metrics->Gauge("last_key_groups_scrape_duration_milliseconds", static_cast<double>(ms));
  return base::Status();
}

// The servers that hold the keys. A master that cannot be reached is left out; its keys are the
// only ones that miss.
base::StatusOr<std::vector<KeyNode>> Scraper::KeyNodes(const Deadline& deadline) {
  std::vector<KeyNode> nodes;
  if (!options_.is_cluster) {
    nodes.push_back({"", connection_.get(), nullptr});
    return nodes;
  }
  VEDETTE_ASSIGN_OR_RETURN(cluster_, ReadClusterNodes(deadline));
  std::unique_ptr<TlsContext> tls;
  if (target_.address.is_tls()) {
    VEDETTE_ASSIGN_OR_RETURN(tls, TlsContext::Load(options_.tls, target_.fs));
  }
  constexpr int64_t kNodeNanos = 1'000'000'000;
  for (const ClusterNode& node : cluster_) {
    if (!node.is_master || !node.is_usable) continue;
    const Address address = NodeAddress(node, target_.address);
    std::unique_ptr<Connection>& connection = cluster_connections_[address.Uri()];
    if (!connection || !connection->IsAlive()) {
      auto opened = Connection::Open(address, target_.login, tls.get(), deadline.AtMost(kNodeNanos),
                                     target_.resolver);
      if (!opened.ok()) continue;
      connection = *std::move(opened);
    }
    nodes.push_back({address.Uri(), connection.get(), &node});
  }
  return nodes;
}

void Scraper::AddRdbSize(const std::string& path, MetricSet* metrics) const {
  if (path.empty()) return;
  const auto info = target_.fs->Stat(path);
  const bool is_file = info.ok() && !info->is_directory;
  metrics->Gauge("rdb_current_size_bytes", is_file ? static_cast<double>(info->size) : 0);
}

double Scraper::SecondsSince(int64_t mono_ns) const {
  return static_cast<double>(target_.clock->MonotonicNanos() - mono_ns) / 1e9;
}

// A server may repeat what it was sent.
std::string Scraper::SafeText(const base::Status& status) const {
  const std::string_view text = base::Message(status);
  const std::string& password = target_.login.password.Reveal();
  if (!password.empty() && text.find(password) != std::string_view::npos) {
    return "an error that repeats the password";
  }
  return base::RepairUtf8(text);
}

}  // namespace vedette::exporters::redis
