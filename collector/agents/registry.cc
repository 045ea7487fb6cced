#include "collector/agents/registry.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/secrets.h"
#include "base/strings.h"

namespace vedette::agents {
namespace {

constexpr int64_t kMsNs = 1'000'000;
constexpr int64_t kDayNs = 24 * 3'600'000 * kMsNs;
constexpr std::string_view kHostPrefix = "host/";
constexpr size_t kShownIdDigits = 8;

std::string KeyOf(std::string_view host) { return base::Concat({kHostPrefix, host}); }

base::Status AlreadyExists(std::string message) {
  return base::Status(absl::StatusCode::kAlreadyExists, std::move(message));
}

std::string Ago(int64_t ms) {
  return base::Concat({base::FormatDurationMs(ms / 1000 * 1000), " ago"});
}

// But for how long the host has been silent.
bool SaysTheSame(HostRecord a, const HostRecord& b) {
  a.silent_since_ms = b.silent_since_ms;
  return a == b;
}

}  // namespace

Registry::Registry(Options options)
    : options_(std::move(options)),
      taken_(options_.telemetry->NewCounter("vedette_agents_announcements_total",
                                            "Announcements of agents, by what became of them.",
                                            {{"outcome", "taken"}})),
      refused_(options_.telemetry->NewCounter("vedette_agents_announcements_total",
                                              "Announcements of agents, by what became of them.",
                                              {{"outcome", "refused"}})),
      known_(options_.telemetry->NewGauge(
          "vedette_agents_hosts", "Hosts that announced themselves and are not forgotten.")),
      silent_(options_.telemetry->NewGauge("vedette_agents_silent_hosts",
                                           "Those whose agents are silent.")) {}

base::StatusOr<std::unique_ptr<Registry>> Registry::Open(Options options) {
  std::unique_ptr<Registry> registry(new Registry(std::move(options)));
  VEDETTE_RETURN_IF_ERROR(registry->Load());
  return registry;
}

base::Status Registry::Load() {
  const base::MutexLock lock(mutex_);
  const int64_t now = options_.clock->MonotonicNanos();
  for (const auto& [key, value] : options_.state->Scan(kHostPrefix)) {
    const std::string host = key.substr(kHostPrefix.size());
    auto record = DecodeHostRecord(host, value);
    if (absl::IsInvalidArgument(record.status())) return record.status();
    if (!record.ok()) {
      options_.logger->Error("what was known of a host cannot be read",
                             {{"error", base::Message(record.status())}});
      continue;
    }
    Entry& entry = hosts_[host];
    entry.record = *std::move(record);
    entry.heard_mono_ns = now;
    host_of_id_[entry.record.id] = host;
    if (entry.record.silent_since_ms == 0) continue;
    // A clock that is ahead at the start must not forget a host that is about to be heard.
    const int64_t since = options_.clock->WallMillis() - entry.record.silent_since_ms;
    entry.heard_mono_ns -=
        kMsNs * std::clamp(since, options_.silent_after_ms,
                           std::max(options_.silent_after_ms,
                                    options_.forget_after_ms - options_.silent_after_ms));
  }
  Count();
  return {};
}

base::Status Registry::Announce(const model::Announcement& announcement, const std::string& peer) {
  const base::MutexLock lock(mutex_);
  auto change = Decide(announcement, peer);
  base::Status status = change.status();
  if (status.ok()) status = Take(*std::move(change));
  if (!status.ok()) {
    Refuse(announcement, peer, status);
    return status;
  }
  refusals_.Remove(announcement.host, announcement.id);
  taken_->Add();
  Count();
  return {};
}

base::Status Registry::Check(const model::Announcement& announcement,
                             const std::string& peer) const {
  const base::MutexLock lock(mutex_);
  return Decide(announcement, peer).status();
}

base::StatusOr<Registry::Change> Registry::Decide(const model::Announcement& announcement,
                                                  const std::string& peer) const {
  VEDETTE_RETURN_IF_ERROR(model::CheckAnnouncement(announcement));
  HostRecord record;
  record.host = announcement.host;
  record.id = announcement.id;
  record.key_hash = base::Sha256Hex(announcement.key.Reveal());
  record.peer = CanonicalAddress(peer);
  record.pages = announcement.pages;
  record.labels = announcement.labels;
  record.sends = announcement.sends;
  record.first_ms = options_.clock->WallMillis();
  const Entry* const own = FindId(announcement.id);
  if (own != nullptr && !base::ConstantTimeEquals(own->record.key_hash, record.key_hash)) {
    return base::PermissionDenied(
        base::Concat({"host ", announcement.host, ": the key is not the one that agent ",
                      announcement.id.substr(0, kShownIdDigits), " came with first"}));
  }
  if (!record.sends) {
    VEDETTE_ASSIGN_OR_RETURN(record.address, options_.addresses.ScrapeAddress(
                                                 announcement.host, announcement.address, peer));
  }
  VEDETTE_RETURN_IF_ERROR(CheckPages(record));
  const auto owner = hosts_.find(announcement.host);
  if (owner != hosts_.end() && &owner->second == own) {
    record.first_ms = own->record.first_ms;
    record.released = own->record.released;
    return Change{std::move(record), ""};
  }
  VEDETTE_RETURN_IF_ERROR(CheckRename(own, announcement.host));
  if (owner != hosts_.end()) {
    VEDETTE_RETURN_IF_ERROR(CheckOwner(owner->second, announcement.id));
  } else if (own == nullptr && hosts_.size() >= options_.max_hosts) {
    return base::ResourceExhausted(base::Concat(
        {"the collector knows ", std::to_string(hosts_.size()),
         " hosts and takes no more; those that are gone: vedette agents forget HOST"}));
  }
  return Change{std::move(record), own == nullptr ? "" : own->record.host};
}

// An id has one name. It may take another once nobody announces the old one: two machines that were
// made from one image would take it in turns.
base::Status Registry::CheckRename(const Entry* own, const std::string& host) const {
  if (own == nullptr) return {};
  const int64_t wait_ms = options_.silent_after_ms / 2;
  const int64_t silent_ms = SilentForMs(*own);
  if (silent_ms >= wait_ms) return {};
  return AlreadyExists(base::Concat(
      {"agent ", own->record.id.substr(0, kShownIdDigits), " announced itself as ",
       own->record.host, " ", Ago(silent_ms), " and is ", host,
       " only once that name has been silent for ", base::FormatDurationMs(wait_ms),
       "; if these are two machines, one has the other's state folder: remove it there"}));
}

// Behind one proxy or gateway all agents have its address, where only one host's pages are.
base::Status Registry::CheckPages(const HostRecord& record) const {
  if (record.address.empty()) return {};
  for (const auto& [host, entry] : hosts_) {
    const HostRecord& other = entry.record;
    if (host == record.host || other.id == record.id || other.address != record.address ||
        SilentForMs(entry) >= options_.silent_after_ms) {
      continue;
    }
    for (const model::AnnouncedPage& page : record.pages) {
      const bool is_shared = std::any_of(other.pages.begin(), other.pages.end(),
                                         [&page](const model::AnnouncedPage& one) {
                                           return one.port == page.port && one.path == page.path;
                                         });
      if (!is_shared) continue;
      return AlreadyExists(base::Concat(
          {"port ", std::to_string(page.port), " of ", record.address, " is host ", host,
           "'s; behind a proxy or NAT either name the host's own address (--announce.address) or "
           "send its metrics (--push.metrics)"}));
    }
  }
  return {};
}

base::Status Registry::CheckOwner(const Entry& owner, const std::string& id) const {
  if (owner.record.released && owner.record.id != id) return {};
  return AlreadyExists(
      base::Concat({"the name ", owner.record.host, " belongs to agent ",
                    owner.record.id.substr(0, kShownIdDigits), ", heard ", Ago(SilentForMs(owner)),
                    " from ", owner.record.peer, "; if agent ", id.substr(0, kShownIdDigits),
                    " is to have it: vedette agents release ", owner.record.host}));
}

base::Status Registry::Take(Change change) {
  const std::string host = change.record.host;
  const auto at = hosts_.find(host);
  const Entry* const before = at == hosts_.end() ? nullptr : &at->second;
  const bool is_claim = before == nullptr || before->record.id != change.record.id;
  bool saved = !is_claim && before->saved;
  if (is_claim || !SaysTheSame(before->record, change.record)) {
    VEDETTE_RETURN_IF_ERROR(Write(change, is_claim, &saved));
  } else if (before->record != change.record) {
    saved = false;  // heard again: the next sweep writes that
  }
  SayTaken(change, before);
  if (before != nullptr) host_of_id_.erase(before->record.id);
  if (!change.replaced.empty()) hosts_.erase(change.replaced);
  host_of_id_[change.record.id] = host;
  hosts_[host] = Entry{std::move(change.record), options_.clock->MonotonicNanos(),
                       options_.clock->WallMillis(), saved};
  return {};
}

base::Status Registry::Write(const Change& change, bool is_claim, bool* saved) {
  base::DurableMap::Batch batch;
  if (!change.replaced.empty()) batch.Erase(KeyOf(change.replaced));
  batch.Put(KeyOf(change.record.host), EncodeHostRecord(change.record));
  const base::Status status = options_.state->Commit(batch);
  *saved = status.ok();
  // A full disk must not silence a host that can be heard.
  return is_claim ? status : base::Status();
}

void Registry::SayTaken(const Change& change, const Entry* before) {
  const HostRecord& now = change.record;
  if (before == nullptr || before->record.id != now.id) {
    options_.logger->Info("an agent announced its host",
                          {{"host", now.host},
                           {"id", now.id},
                           {"address", now.sends ? "sends" : now.address},
                           {"called_before", change.replaced}});
  } else if (before->record.silent_since_ms != 0) {
    options_.logger->Info("a silent host is heard again", {{"host", now.host}});
  }
}

void Registry::Refuse(const model::Announcement& announcement, const std::string& peer,
                      const base::Status& why) {
  refused_->Add();
  Refusal refusal;
  refusal.host = announcement.host;
  refusal.id = announcement.id;
  refusal.peer = peer;
  refusal.reason = base::Message(why);
  refusal.code = why.code();
  refusal.last_ms = options_.clock->WallMillis();
  refusal.mono_ns = options_.clock->MonotonicNanos();
  if (!refusals_.Add(std::move(refusal))) return;
  options_.logger->Warn("an agent is not listened to", {{"host", announcement.host},
                                                        {"id", announcement.id},
                                                        {"from", peer},
                                                        {"reason", base::Message(why)}});
}

std::vector<HostState> Registry::Hosts() const {
  std::vector<HostState> out;
  const base::MutexLock lock(mutex_);
  for (const auto& [host, entry] : hosts_) {
    HostState& state = out.emplace_back();
    state.record = entry.record;
    state.record.key_hash.clear();
    state.silent_for_ms = SilentForMs(entry);
    state.silent = state.silent_for_ms >= options_.silent_after_ms;
    state.heard_ms = entry.heard_ms;
  }
  return out;
}

std::vector<Refusal> Registry::Refused() const {
  const base::MutexLock lock(mutex_);
  return refusals_.All();
}

base::Status Registry::Forget(const std::string& host) {
  const base::MutexLock lock(mutex_);
  const auto at = hosts_.find(host);
  if (at == hosts_.end()) return base::NotFound(base::Concat({"no host ", base::GoQuote(host)}));
  base::DurableMap::Batch batch;
  batch.Erase(KeyOf(host));
  VEDETTE_RETURN_IF_ERROR(options_.state->Commit(batch));
  host_of_id_.erase(at->second.record.id);
  hosts_.erase(at);
  options_.logger->Info("a host is forgotten", {{"host", host}});
  Count();
  return {};
}

base::Status Registry::Release(const std::string& host) {
  const base::MutexLock lock(mutex_);
  const auto at = hosts_.find(host);
  if (at == hosts_.end()) return base::NotFound(base::Concat({"no host ", base::GoQuote(host)}));
  HostRecord record = at->second.record;
  record.released = true;
  base::DurableMap::Batch batch;
  batch.Put(KeyOf(host), EncodeHostRecord(record));
  VEDETTE_RETURN_IF_ERROR(options_.state->Commit(batch));
  at->second.record = std::move(record);
  options_.logger->Info("a host's name is free for another agent", {{"host", host}});
  return {};
}

// All in one write: when a network fails or returns, so do a thousand hosts.
void Registry::Sweep() {
  const base::MutexLock lock(mutex_);
  refusals_.RemoveBefore(options_.clock->MonotonicNanos() - kDayNs);
  base::DurableMap::Batch batch;
  Swept swept;
  for (auto& [host, entry] : hosts_) SweepOne(&entry, &batch, &swept);
  const bool any = !swept.gone.empty() || !swept.changed.empty();
  // What cannot be written is tried again at the next sweep.
  if (any && options_.state->Commit(batch).ok()) EndSweep(std::move(swept));
  Count();
}

void Registry::SweepOne(Entry* entry, base::DurableMap::Batch* batch, Swept* swept) {
  const int64_t silent_ms = SilentForMs(*entry);
  if (silent_ms >= options_.forget_after_ms) {
    batch->Erase(KeyOf(entry->record.host));
    swept->gone.push_back(entry->record.host);
    return;
  }
  HostRecord record = entry->record;
  const bool is_newly_silent = silent_ms >= options_.silent_after_ms && record.silent_since_ms == 0;
  if (is_newly_silent) record.silent_since_ms = options_.clock->WallMillis();
  if (!is_newly_silent && entry->saved) return;
  batch->Put(KeyOf(record.host), EncodeHostRecord(record));
  swept->changed.emplace_back(entry, std::move(record));
}

void Registry::EndSweep(Swept swept) {
  for (auto& [entry, record] : swept.changed) {
    const bool is_newly_silent = entry->record.silent_since_ms != record.silent_since_ms;
    entry->record = std::move(record);
    entry->saved = true;
    if (!is_newly_silent) continue;
    options_.logger->Warn("a host is silent: its agent announces it no more",
                          {{"host", entry->record.host},
                           {"address", entry->record.peer},
                           {"for", base::FormatDurationMs(SilentForMs(*entry) / 1000 * 1000)}});
  }
  for (const std::string& host : swept.gone) {
    host_of_id_.erase(hosts_.find(host)->second.record.id);
    hosts_.erase(host);
    options_.logger->Info("a host was silent for too long and is forgotten", {{"host", host}});
  }
}

const Registry::Entry* Registry::FindId(std::string_view id) const {
  const auto at = host_of_id_.find(id);
  return at == host_of_id_.end() ? nullptr : &hosts_.find(at->second)->second;
}

int64_t Registry::SilentForMs(const Entry& entry) const {
  return (options_.clock->MonotonicNanos() - entry.heard_mono_ns) / kMsNs;
}

void Registry::Count() {
  size_t silent = 0;
  for (const auto& [host, entry] : hosts_) {
    silent += SilentForMs(entry) >= options_.silent_after_ms ? 1 : 0;
  }
  known_->Set(static_cast<double>(hosts_.size()));
  silent_->Set(static_cast<double>(silent));
}

}  // namespace vedette::agents
