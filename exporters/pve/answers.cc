#include "exporters/pve/answers.h"

#include <algorithm>
#include <utility>

#include "base/http/message.h"
#include "base/strings.h"

namespace vedette::exporters::pve {
namespace {

// Guests and jobs of one node that are asked one by one; a node holds fewer by far.
constexpr size_t kMaxItems = 4096;

}  // namespace

// The calls of one scrape. Lives as long as Fetch.
class Answers::Fetcher {
 public:
  Fetcher(Answers* answers, const Wanted& wanted, Session* session, const Patience& patience)
      : answers_(answers), wanted_(wanted), session_(session), patience_(patience) {}

  void Run(base::ThreadPool* pool, int parallel) {
    // First what others wait for.
    if (wanted_.status) {
      Ask("/cluster/status", [this](const Answer&) { AskNode(); });
    }
    if (wanted_.resources) Ask("/cluster/resources");
    if (wanted_.version) Ask("/version");
    if (wanted_.backup_info) Ask("/cluster/backup-info/not-backed-up");
    if (wanted_.qdevice) Ask("/cluster/config/qdevice");
    queue_.Run(pool, parallel - 1);
  }

 private:
  using Then = std::function<void(const Answer&)>;

  void Ask(std::string path, Then then = nullptr) {
    queue_.Add([this, path = std::move(path), then = std::move(then)] {
      answers_->Put(path, session_->Get(path, patience_));
      const Answer* answer = answers_->Find(path);
      if (then && answer->status.ok()) then(*answer);
    });
  }

  void AskNode() {
    const auto node = answers_->LocalNode();
    if (!node.ok()) return;
    if (wanted_.guest_configs) {
      AskGuests(*node, "qemu");
      AskGuests(*node, "lxc");
    }
    if (wanted_.replication) AskReplication(*node);
    if (wanted_.subscription) Ask(NodePath(*node, "subscription"));
  }

  void AskGuests(const std::string& node, const std::string& type) {
    Ask(NodePath(node, type), [this, node, type](const Answer& answer) {
      const size_t count = std::min(answer.records.size(), kMaxItems);
      for (size_t i = 0; i < count; ++i) {
        const std::string_view vmid = answer.records[i].Text("vmid");
        if (!vmid.empty()) Ask(GuestConfigPath(node, type, vmid));
      }
    });
  }

  void AskReplication(const std::string& node) {
    Ask(NodePath(node, "replication"), [this, node](const Answer& answer) {
      const size_t count = std::min(answer.records.size(), kMaxItems);
      for (size_t i = 0; i < count; ++i) {
        const std::string_view id = answer.records[i].Text("id");
        if (!id.empty()) Ask(ReplicationStatusPath(node, id));
      }
    });
  }

  Answers* const answers_;
  const Wanted wanted_;
  Session* const session_;
  const Patience patience_;
  CallQueue queue_;
};

void Answers::Fetch(const Wanted& wanted, Session* session, const Patience& patience,
                    base::ThreadPool* pool, int parallel) {
  Fetcher(this, wanted, session, patience).Run(pool, parallel);
}

void Answers::Put(std::string path, Answer answer) {
  base::MutexLock lock(mutex_);
  by_path_.emplace(std::move(path), std::move(answer));
}

const Answer* Answers::Find(std::string_view path) const {
  base::MutexLock lock(mutex_);
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : &found->second;
}

base::StatusOr<const std::vector<Record>*> Answers::Records(std::string_view path) const {
  const Answer* answer = Find(path);
  if (answer == nullptr) return base::NotFound(base::Concat({path, ": was not asked"}));
  if (!answer->status.ok()) return base::Annotate(answer->status, path);
  return &answer->records;
}

base::StatusOr<std::string> Answers::LocalNode() const {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<Record>* entries, Records("/cluster/status"));
  for (const Record& entry : *entries) {
    if (entry.Text("type") != "node" || entry.Number("local").value_or(0) == 0) continue;
    if (!entry.Text("name").empty()) return std::string(entry.Text("name"));
  }
  return base::NotFound("/cluster/status: names no local node");
}

bool Answers::AnySuccess() const {
  base::MutexLock lock(mutex_);
  return std::any_of(by_path_.begin(), by_path_.end(),
                     [](const auto& entry) { return entry.second.status.ok(); });
}

std::string NodePath(std::string_view node, std::string_view rest) {
  return base::Concat({"/nodes/", base::http::PercentEncode(node), "/", rest});
}

std::string GuestConfigPath(std::string_view node, std::string_view type, std::string_view vmid) {
  return NodePath(node, base::Concat({type, "/", base::http::PercentEncode(vmid), "/config"}));
}

std::string ReplicationStatusPath(std::string_view node, std::string_view id) {
  return NodePath(node, base::Concat({"replication/", base::http::PercentEncode(id), "/status"}));
}

}  // namespace vedette::exporters::pve
