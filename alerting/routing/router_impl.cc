#include "alerting/routing/router_impl.h"

#include <algorithm>
#include <utility>

#include "alerting/routing/matcher_parser.h"
#include "base/strings.h"

namespace vedette::routing {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;
constexpr int64_t kIdleNanos = 1'000'000'000;
constexpr int64_t kMaxRoundNanos = 200'000'000;
constexpr int64_t kRetryFlushMs = 10'000;    // after a flush could not be written
constexpr int64_t kExpiryPeriodMs = 60'000;  // how often the notification log is swept
constexpr std::string_view kAlertPrefix = "alert/";
constexpr std::string_view kSentPrefix = "sent/";

std::string AlertKey(const model::Labels& labels) {
  return std::string(kAlertPrefix) + model::FingerprintHex(labels);
}

// The order in which Alertmanager lists a group's alerts: by job, then instance (those without come
// last), then all labels.
bool Before(const AlertRecord* a, const AlertRecord* b) {
  for (const std::string_view name : {"job", "instance"}) {
    const std::string_view left = a->alert.labels.Get(name);
    const std::string_view right = b->alert.labels.Get(name);
    if (left == right) continue;
    if (left.empty()) return false;
    if (right.empty()) return true;
    return left < right;
  }
  return a->alert.labels < b->alert.labels;
}

}  // namespace

Router::Impl::Impl(const Options& options, Config config)
    : options_(options), config_(std::move(config)) {
  tree_ = std::make_unique<RouteTree>(config_.route);
  if (options_.telemetry == nullptr) return;
  notifications_ = options_.telemetry->NewCounter("vedette_alerting_notifications_total",
                                                  "Notifications handed to delivery.");
  failures_ = options_.telemetry->NewCounter("vedette_alerting_flush_failures_total",
                                             "Group flushes that could not be written to disk.");
}

base::Status Router::Impl::Load() {
  const int64_t now_ms = options_.clock->WallMillis();
  for (const auto& [key, bytes] : options_.state->Scan(kAlertPrefix)) {
    auto record = DecodeRecord(bytes);
    if (!record.ok()) {
      options_.log->Error("a stored alert cannot be read",
                          {{"key", key}, {"reason", base::Message(record.status())}});
      continue;
    }
    // It fired when we last heard of it and ran out while we were down: nobody could refresh it.
    const bool fired = record->alert.ends_at_ms > record->updated_at_ms;
    if (fired && record->ResolvedAt(now_ms)) {
      record->alert.ends_at_ms = now_ms + config_.resolve_timeout_ms;
      record->timeout = true;
    }
    alerts_.emplace(model::Fingerprint(record->alert.labels), *std::move(record));
  }
  for (const auto& [key, bytes] : options_.state->Scan(kSentPrefix)) {
    auto entry = DecodeSent(bytes);
    if (entry.ok()) sent_.emplace(key, *std::move(entry));
  }
  Regroup();
  return absl::OkStatus();
}

base::Status Router::Impl::Post(std::vector<model::Alert> alerts) {
  const int64_t now_ms = options_.clock->WallMillis();
  std::map<uint64_t, AlertRecord> changed;
  std::vector<std::string> errors;
  size_t added = 0;
  std::vector<model::Labels> refused;  // over the cap
  for (model::Alert& alert : alerts) {
    auto record = MakeRecord(std::move(alert), now_ms, config_.resolve_timeout_ms);
    if (!record.ok()) {
      errors.emplace_back(base::Message(record.status()));
      continue;
    }
    const uint64_t fingerprint = model::Fingerprint(record->alert.labels);
    const AlertRecord* older = nullptr;
    if (const auto it = alerts_.find(fingerprint); it != alerts_.end()) older = &it->second;
    if (const auto it = changed.find(fingerprint); it != changed.end()) older = &it->second;
    if (older == nullptr && alerts_.size() + added >= options_.max_alerts) {
      refused.push_back(record->alert.labels);
      continue;
    }
    added += older == nullptr ? 1 : 0;
    AlertRecord updated = older != nullptr ? Update(*older, *record, now_ms) : *record;
    changed.insert_or_assign(fingerprint, std::move(updated));
  }
  base::DurableMap::Batch batch;
  for (const auto& [fingerprint, record] : changed) {
    batch.Put(AlertKey(record.alert.labels), EncodeRecord(record));
  }
  VEDETTE_RETURN_IF_ERROR(base::Annotate(options_.state->Commit(batch), "alerts not stored"));
  for (auto& [fingerprint, record] : changed) Insert(fingerprint, std::move(record));
  if (!refused.empty()) {
    return base::ResourceExhausted(base::Concat(
        {std::to_string(refused.size()), " alerts refused: ", std::to_string(options_.max_alerts),
         " are held already; the first is ", refused.front().ToString()}));
  }
  return errors.empty() ? absl::OkStatus() : base::InvalidArgument(base::Join(errors, "; "));
}

void Router::Impl::Insert(uint64_t fingerprint, AlertRecord record) {
  const auto it = alerts_.insert_or_assign(fingerprint, std::move(record)).first;
  Assign(fingerprint, it->second);
}

void Router::Impl::Assign(uint64_t fingerprint, const AlertRecord& record) {
  const int64_t now_ms = options_.clock->WallMillis();
  for (const size_t index : tree_->Match(record.alert.labels)) {
    const Route& route = tree_->routes()[index];
    Group& group = FindOrAddGroup(index, route.GroupLabels(record.alert.labels));
    group.alerts.insert(fingerprint);
    // One that is old already has waited elsewhere.
    const bool old = record.alert.starts_at_ms + route.group_wait_ms < now_ms;
    if (!group.flushed && old) group.due_ns = std::min(group.due_ns, FirstDue(route, group));
  }
}

Router::Impl::Group& Router::Impl::FindOrAddGroup(size_t route_index, const model::Labels& labels) {
  const auto [it, added] = groups_.try_emplace({route_index, labels});
  Group& group = it->second;
  if (!added) return group;
  const Route& route = tree_->routes()[route_index];
  group.key = route.key + ":" + PrintLabels(labels);
  const int64_t wait_ns = route.group_wait_ms * kNanosPerMilli;
  group.due_ns = std::max(options_.clock->MonotonicNanos() + wait_ns, FirstDue(route, group));
  return group;
}

// Now, or one group interval after the group was last spoken of (before a restart).
int64_t Router::Impl::FirstDue(const Route& route, const Group& group) const {
  const int64_t now_ms = options_.clock->WallMillis();
  int64_t wait_ms = 0;
  if (const model::Receiver* const receiver = FindReceiver(route.receiver)) {
    for (const model::Integration& integration : receiver->integrations) {
      const auto entry = sent_.find(SentKey(integration.key, group.key));
      if (entry == sent_.end()) continue;
      wait_ms = std::max(wait_ms, entry->second.at_ms + route.group_interval_ms - now_ms);
    }
    wait_ms = std::min(wait_ms, route.group_interval_ms);  // the wall clock may have been set back
  }
  return options_.clock->MonotonicNanos() + wait_ms * kNanosPerMilli;
}

void Router::Impl::Regroup() {
  groups_.clear();
  for (const auto& [fingerprint, record] : alerts_) Assign(fingerprint, record);
}

void Router::Impl::SetConfig(Config config) {
  config_ = std::move(config);
  tree_ = std::make_unique<RouteTree>(config_.route);
  Regroup();
}

Inhibitor Router::Impl::MakeInhibitor(int64_t now_ms) const {
  std::vector<const model::Labels*> firing;
  for (const auto& [fingerprint, record] : alerts_) {
    if (!record.ResolvedAt(now_ms)) firing.push_back(&record.alert.labels);
  }
  return Inhibitor(config_.inhibit_rules, firing);
}

int64_t Router::Impl::RunDue() {
  const int64_t now_ns = options_.clock->MonotonicNanos();
  std::vector<GroupId> due;
  for (const auto& [id, group] : groups_) {
    if (group.due_ns <= now_ns) due.push_back(id);
  }
  // One moment for the whole round: a flush drops only what has resolved by then, so that what
  // mutes what holds for all of them.
  const int64_t now_ms = options_.clock->WallMillis();
  const Inhibitor inhibitor =
      due.empty() ? Inhibitor(config_.inhibit_rules, {}) : MakeInhibitor(now_ms);
  for (const GroupId& id : due) {
    const auto it = groups_.find(id);
    if (it != groups_.end()) Flush(id, &it->second, inhibitor, now_ms);
    // Each flush waits for the disk, and posts wait for us: what is left is due at once again.
    if (options_.clock->MonotonicNanos() - now_ns > kMaxRoundNanos) break;
  }
  if (now_ns >= next_expiry_ns_) {
    ExpireSentLog();
    next_expiry_ns_ = now_ns + kExpiryPeriodMs * kNanosPerMilli;
  }
  int64_t next = now_ns + kIdleNanos;
  for (const auto& [id, group] : groups_) next = std::min(next, group.due_ns);
  return next;
}

Router::Impl::Standing Router::Impl::Assess(const Group& group, const Inhibitor& inhibitor,
                                            int64_t now_ms) const {
  Standing standing;
  for (const uint64_t fingerprint : group.alerts) {
    const auto it = alerts_.find(fingerprint);
    if (it == alerts_.end()) continue;
    const AlertRecord& record = it->second;
    standing.ordered.push_back(&record);
    const bool muted = !inhibitor.MutedBy(record.alert.labels).empty();
    Fingerprints& set = record.ResolvedAt(now_ms)
                            ? (muted ? standing.resolved_muted : standing.resolved)
                            : (muted ? standing.muted : standing.firing);
    set.insert(fingerprint);
  }
  std::sort(standing.ordered.begin(), standing.ordered.end(), Before);
  return standing;
}

void Router::Impl::Flush(const GroupId& id, Group* group, const Inhibitor& inhibitor,
                         int64_t now_ms) {
  const Route& route = tree_->routes()[id.first];
  const Standing standing = Assess(*group, inhibitor, now_ms);
  base::DurableMap::Batch batch;
  std::map<std::string, SentEntry> sent;
  if (const model::Receiver* const receiver = FindReceiver(route.receiver)) {
    for (const model::Integration& integration : receiver->integrations) {
      if (!options_.sink->Enabled(integration.key)) continue;
      Notify(id, *group, integration, standing, now_ms, &batch, &sent);
    }
  }
  const Fingerprints finished = Finished(id, standing);
  for (const uint64_t fingerprint : finished) {
    batch.Erase(AlertKey(alerts_.at(fingerprint).alert.labels));
  }
  const int64_t now_ns = options_.clock->MonotonicNanos();
  const base::Status status = options_.state->Commit(batch);
  SayFlushed(*group, status);
  if (!sent.empty()) options_.sink->Committed();
  if (!status.ok()) {
    if (failures_ != nullptr) failures_->Add();
    group->due_ns = now_ns + kRetryFlushMs * kNanosPerMilli;
    return;
  }
  if (notifications_ != nullptr) notifications_->Add(sent.size());
  for (auto& [key, entry] : sent) sent_.insert_or_assign(key, std::move(entry));
  for (const Fingerprints* const set : {&standing.resolved, &standing.resolved_muted}) {
    for (const uint64_t fingerprint : *set) group->alerts.erase(fingerprint);
  }
  for (const uint64_t fingerprint : finished) alerts_.erase(fingerprint);
  group->flushed = true;
  group->due_ns = now_ns + route.group_interval_ms * kNanosPerMilli;
  if (group->alerts.empty()) groups_.erase(id);
}

// Once when flushes begin to fail and once when they are written again: on a full disk every group
// fails every ten seconds.
void Router::Impl::SayFlushed(const Group& group, const base::Status& status) {
  if (status.ok() == !flushes_fail_) return;
  flushes_fail_ = !status.ok();
  if (flushes_fail_) {
    options_.log->Error("notifications cannot be written to disk; tried again every 10 s",
                        {{"group", group.key}, {"reason", base::Message(status)}});
  } else {
    options_.log->Info("notifications are written to disk again", {{"group", group.key}});
  }
}

// Decides for one integration and stages the message together with its log entry.
void Router::Impl::Notify(const GroupId& id, const Group& group,
                          const model::Integration& integration, const Standing& standing,
                          int64_t now_ms, base::DurableMap::Batch* batch,
                          std::map<std::string, SentEntry>* sent) {
  const int64_t repeat_ms = tree_->routes()[id.first].repeat_interval_ms;
  const std::string key = SentKey(integration.key, group.key);
  const auto known = sent_.find(key);
  const SentEntry* const last = known != sent_.end() ? &known->second : nullptr;
  const auto was_told = [last](uint64_t f) {
    return last != nullptr && last->firing.count(f) != 0;
  };
  // An alert that was told and is inhibited now counts as firing still: it is not repeated and not
  // resolved. One that ended while inhibited is told if its beginning was.
  SentEntry next;
  next.firing = standing.firing;
  next.resolved = standing.resolved;
  for (const uint64_t f : standing.muted) {
    if (was_told(f)) next.firing.insert(f);
  }
  for (const uint64_t f : standing.resolved_muted) {
    if (was_told(f)) next.resolved.insert(f);
  }
  const Reason reason = NeedsNotification(last, next.firing, next.resolved,
                                          integration.send_resolved, repeat_ms, now_ms);
  if (reason == Reason::kNone) return;
  Fingerprints told = standing.firing;
  if (integration.send_resolved) told.insert(next.resolved.begin(), next.resolved.end());
  if (told.empty() && reason == Reason::kRepeat) return;  // all that fires is inhibited
  next.sequence = (last != nullptr ? last->sequence : 0) + 1;
  next.at_ms = now_ms;
  next.repeat_interval_ms = repeat_ms;
  batch->Put(key, EncodeSent(next));
  if (!told.empty()) {
    model::Notification message = Compose(id, group, integration, standing, told, now_ms);
    message.reason = std::string(ReasonText(reason));
    message.sequence = next.sequence;
    options_.sink->Stage(message, batch);
  }
  sent->insert_or_assign(key, std::move(next));
}

model::Notification Router::Impl::Compose(const GroupId& id, const Group& group,
                                          const model::Integration& integration,
                                          const Standing& standing, const Fingerprints& told,
                                          int64_t now_ms) const {
  model::Notification message;
  message.integration = integration.key;
  message.receiver = tree_->routes()[id.first].receiver;
  message.group_key = group.key;
  message.group_labels = id.second;
  message.created_at_ms = now_ms;
  for (const AlertRecord* const record : standing.ordered) {
    if (told.count(model::Fingerprint(record->alert.labels)) == 0) continue;
    model::NotifiedAlert alert;
    alert.labels = record->alert.labels;
    alert.annotations = record->alert.annotations;
    alert.firing = !record->ResolvedAt(now_ms);
    alert.starts_at_ms = record->alert.starts_at_ms;
    alert.ends_at_ms = alert.firing ? 0 : record->alert.ends_at_ms;
    alert.generator_url = record->alert.generator_url;
    alert.value = record->alert.value;
    message.alerts.push_back(std::move(alert));
  }
  return message;
}

// Resolved alerts that no other group still has to report.
Router::Impl::Fingerprints Router::Impl::Finished(const GroupId& id,
                                                  const Standing& standing) const {
  Fingerprints finished = standing.resolved;
  finished.insert(standing.resolved_muted.begin(), standing.resolved_muted.end());
  for (auto it = finished.begin(); it != finished.end();) {
    const model::Labels& labels = alerts_.at(*it).alert.labels;
    bool elsewhere = false;
    for (const size_t index : tree_->Match(labels)) {
      const GroupId other{index, tree_->routes()[index].GroupLabels(labels)};
      const auto group = other == id ? groups_.end() : groups_.find(other);
      elsewhere |= group != groups_.end() && group->second.alerts.count(*it) != 0;
    }
    it = elsewhere ? finished.erase(it) : std::next(it);
  }
  return finished;
}

void Router::Impl::ExpireSentLog() {
  const int64_t now_ms = options_.clock->WallMillis();
  std::set<std::string_view> live;
  for (const auto& [id, group] : groups_) live.insert(group.key);
  std::vector<std::string> expired;
  for (const auto& [key, entry] : sent_) {
    const std::string_view group_key = std::string_view(key).substr(key.find('\0') + 1);
    const bool old = entry.at_ms + 2 * entry.repeat_interval_ms < now_ms;
    if (old && live.count(group_key) == 0) expired.push_back(key);
  }
  base::DurableMap::Batch batch;
  for (const std::string& key : expired) batch.Erase(key);
  if (!options_.state->Commit(batch).ok()) return;  // swept again in a minute
  for (const std::string& key : expired) sent_.erase(key);
}

const model::Receiver* Router::Impl::FindReceiver(const std::string& name) const {
  for (const model::Receiver& receiver : config_.receivers) {
    if (receiver.name == name) return &receiver;
  }
  return nullptr;
}

AlertView Router::Impl::View(const AlertRecord& record, const Inhibitor& inhibitor) const {
  AlertView view;
  view.alert = record.alert;
  view.updated_at_ms = record.updated_at_ms;
  view.inhibited_by = inhibitor.MutedBy(record.alert.labels);
  for (const size_t index : tree_->Match(record.alert.labels)) {
    view.receivers.push_back(tree_->routes()[index].receiver);
  }
  return view;
}

std::vector<AlertView> Router::Impl::Alerts() const {
  const int64_t now_ms = options_.clock->WallMillis();
  const Inhibitor inhibitor = MakeInhibitor(now_ms);
  std::vector<AlertView> views;
  for (const auto& [fingerprint, record] : alerts_) {
    if (!record.ResolvedAt(now_ms)) views.push_back(View(record, inhibitor));
  }
  return views;
}

std::vector<GroupView> Router::Impl::Groups() const {
  const int64_t now_ms = options_.clock->WallMillis();
  const Inhibitor inhibitor = MakeInhibitor(now_ms);
  std::vector<GroupView> views;
  for (const auto& [id, group] : groups_) {
    GroupView view;
    view.labels = id.second;
    view.receiver = tree_->routes()[id.first].receiver;
    view.group_key = group.key;
    for (const uint64_t fingerprint : group.alerts) {
      const AlertRecord& record = alerts_.at(fingerprint);
      if (!record.ResolvedAt(now_ms)) view.alerts.push_back(View(record, inhibitor));
    }
    if (!view.alerts.empty()) views.push_back(std::move(view));
  }
  return views;
}

}  // namespace vedette::routing
