#include "alerting/notify/summary.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <map>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "model/alert.h"

namespace vedette::notify {
namespace {

using model::Labels;
using model::NotifiedAlert;

std::string Hex16(uint64_t v) {
  std::array<char, 17> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%016llx", static_cast<unsigned long long>(v));
  return buffer.data();
}

std::tm Utc(int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

Labels Common(const model::Notification& n, const Labels NotifiedAlert::*field) {
  if (n.alerts.empty()) return {};
  model::LabelsBuilder builder(n.alerts.front().*field);
  for (const model::LabelView& label : n.alerts.front().*field) {
    const bool shared = std::all_of(n.alerts.begin(), n.alerts.end(), [&](const NotifiedAlert& a) {
      return (a.*field).Get(label.name) == label.value;
    });
    if (!shared) builder.Delete(label.name);
  }
  return builder.Build();
}

std::string ReasonWord(std::string_view reason) {
  if (reason == "first notification") return "first";
  if (reason == "new alerts added") return "new";
  if (reason == "all alerts resolved") return "resolved";
  if (reason == "some alerts resolved") return "some_resolved";
  if (reason == "repeat interval elapsed") return "repeat";
  return std::string(reason);
}

int SeverityRank(std::string_view severity) {
  if (severity == "critical") return 3;
  if (severity == "warning") return 2;
  return severity.empty() ? 0 : 1;
}

std::string_view Emoji(bool firing, std::string_view severity) {
  if (!firing) return "\xE2\x9C\x85";                                      // check mark
  if (severity == "critical") return "\xF0\x9F\x94\xB4";                   // red circle
  return severity == "warning" ? "\xF0\x9F\x9F\xA0" : "\xF0\x9F\x94\xB5";  // orange, blue
}

std::string FiringText(const NotifiedAlert& alert) {
  for (const std::string_view name : {"summary", "description", "message"}) {
    if (alert.annotations.Has(name)) return std::string(alert.annotations.Get(name));
  }
  return AlertTitle(alert);
}

std::string ResolvedText(const NotifiedAlert& alert) {
  const std::string name(alert.labels.Get("alertname"));
  const std::string host = HostOf(alert.labels);
  const std::string lasted = ShortDuration(alert.ends_at_ms - alert.starts_at_ms);
  if (!host.empty() && base::EndsWith(name, "Down")) {
    return base::Concat({host, " is back after ", lasted});
  }
  return base::Concat({name, host.empty() ? "" : " on ", host, " is over after ", lasted});
}

std::string DigestLine(const NotifiedAlert& alert) {
  const std::string start = HourMinute(alert.starts_at_ms);
  if (alert.firing) return base::Concat({AlertTitle(alert), " since ", start, " (firing)"});
  return base::Concat(
      {AlertTitle(alert), " ", start, "-", HourMinute(alert.ends_at_ms), " (resolved)"});
}

std::string DigestMessage(const model::Notification& n) {
  constexpr size_t kMaxLines = 50;
  std::string out = "While this receiver could not be reached:";
  for (size_t i = 0; i < n.alerts.size() && i < kMaxLines; ++i)
    out += "\n" + DigestLine(n.alerts[i]);
  if (n.alerts.size() > kMaxLines) {
    out += "\nand " + std::to_string(n.alerts.size() - kMaxLines) + " more";
  }
  return out;
}

// The alert to speak of: the first that fires with the highest severity, else the first.
const NotifiedAlert& Leading(const model::Notification& n) {
  const NotifiedAlert* best = &n.alerts.front();
  for (const NotifiedAlert& alert : n.alerts) {
    const auto rank = [](const NotifiedAlert& a) {
      return (a.firing ? 10 : 0) + SeverityRank(a.labels.Get("severity"));
    };
    if (rank(alert) > rank(*best)) best = &alert;
  }
  return *best;
}

std::string ShortId(std::string_view group_key) {
  constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  uint64_t hash = base::Hash64(group_key, 1);
  std::string id;
  for (int i = 0; i < 4; ++i, hash >>= 5) id.push_back(kAlphabet[hash & 31]);
  return id;
}

void FillTimes(const model::Notification& n, Summary* s) {
  int64_t started = n.alerts.front().starts_at_ms;
  int64_t ended = 0;
  for (const NotifiedAlert& alert : n.alerts) {
    started = std::min(started, alert.starts_at_ms);
    ended = std::max(ended, alert.ends_at_ms);
    (alert.firing ? s->count_firing : s->count_resolved) += 1;
  }
  s->firing = s->count_firing > 0;
  s->started_at = Rfc3339(started);
  if (!s->firing) s->ended_at = Rfc3339(ended);
  s->duration = ShortDuration((s->firing ? n.created_at_ms : ended) - started);
}

void FillWords(const model::Notification& n, const NotifiedAlert& lead, Summary* s) {
  s->severity = std::string(lead.labels.Get("severity"));
  s->alertname = std::string(lead.labels.Get("alertname"));
  s->host = HostOf(lead.labels);
  s->instance = std::string(lead.labels.Get("instance"));
  s->job = std::string(lead.labels.Get("job"));
  s->value = s->firing ? lead.value : "";
  s->title = base::Concat({Emoji(s->firing, s->severity), " ", AlertTitle(lead)});
  s->message = s->firing ? FiringText(lead) : ResolvedText(lead);
  if (n.alerts.size() > 1) s->message += " (and " + std::to_string(n.alerts.size() - 1) + " more)";
  s->group = "vedette-" + (s->host.empty() ? s->alertname : s->host);
}

}  // namespace

Labels CommonLabels(const model::Notification& n) { return Common(n, &NotifiedAlert::labels); }
Labels CommonAnnotations(const model::Notification& n) {
  return Common(n, &NotifiedAlert::annotations);
}

std::string Rfc3339(int64_t ms) {
  if (ms == 0) return "0001-01-01T00:00:00Z";
  const std::tm parts = Utc(ms);
  std::array<char, 40> buffer{};
  std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string out = buffer.data();
  if (const int64_t rest = ms % 1000; rest > 0) {
    std::string digits = std::to_string(1000 + rest).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    out += "." + digits;
  }
  return out + "Z";
}

std::string HourMinute(int64_t ms) {
  const std::tm parts = Utc(ms);
  std::array<char, 16> buffer{};
  std::strftime(buffer.data(), buffer.size(), "%H:%M", &parts);
  return buffer.data();
}

std::string ShortDuration(int64_t ms) {
  int64_t rest = std::max<int64_t>(0, ms / 1000);
  std::string out;
  int units = 0;
  for (const auto& [seconds, name] :
       {std::pair<int64_t, const char*>{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}}) {
    const int64_t count = rest / seconds;
    rest %= seconds;
    if (count == 0 || units == 2) continue;
    out += (out.empty() ? "" : " ") + std::to_string(count) + name;
    ++units;
  }
  return out.empty() ? "0s" : out;
}

std::string HostOf(const Labels& labels) {
  if (labels.Has("host")) return std::string(labels.Get("host"));
  const std::string_view instance = labels.Get("instance");
  const size_t colon = instance.rfind(':');
  const bool port = colon != std::string_view::npos && colon + 1 < instance.size() &&
                    instance.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  return std::string(port ? instance.substr(0, colon) : instance);
}

std::string AlertTitle(const NotifiedAlert& alert) {
  std::string name(alert.labels.Get("alertname"));
  if (name.empty()) name = "alert";
  const std::string host = HostOf(alert.labels);
  return host.empty() ? name : base::Concat({name, " \xC2\xB7 ", host});
}

std::string TagOf(std::string_view group_key) {
  return "vedette-" + Hex16(base::Hash64(group_key));
}

model::Notification MakeDigest(const std::vector<const model::Notification*>& messages) {
  model::Notification digest = *messages.back();
  digest.alerts.clear();
  digest.group_labels = {};
  digest.reason = std::string(kDigestReason);
  std::map<uint64_t, size_t> place;
  for (const model::Notification* const message : messages) {
    for (const NotifiedAlert& alert : message->alerts) {
      const auto [it, added] =
          place.emplace(model::Fingerprint(alert.labels), digest.alerts.size());
      if (added) {
        digest.alerts.push_back(alert);
      } else {
        digest.alerts[it->second] = alert;
      }
    }
  }
  return digest;
}

Summary Summarize(const model::Notification& n, const std::string& external_url) {
  Summary s;
  FillTimes(n, &s);
  const NotifiedAlert& lead = Leading(n);
  FillWords(n, lead, &s);
  s.status = s.firing ? "firing" : "resolved";
  s.reason = ReasonWord(n.reason);
  s.tag = TagOf(n.group_key);
  s.short_id = ShortId(n.group_key);
  s.runbook_url = std::string(lead.annotations.Get("runbook_url"));
  if (!external_url.empty()) {
    const std::string id = s.tag.substr(s.tag.find('-') + 1);
    s.url = external_url + "/alerts/" + id;
    s.silence_url = external_url + "/silences/new?alert=" + id;
  }
  if (n.reason != kDigestReason) return s;
  s.tag = s.group = "vedette-digest";
  s.title = base::Concat({Emoji(s.firing, s.severity), " ", std::to_string(n.alerts.size()),
                          n.alerts.size() == 1 ? " alert" : " alerts", " while unreachable"});
  s.message = DigestMessage(n);
  return s;
}

}  // namespace vedette::notify
