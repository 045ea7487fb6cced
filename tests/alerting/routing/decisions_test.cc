#include <gtest/gtest.h>

#include "alerting/routing/alert_record.h"
#include "alerting/routing/inhibitor.h"
#include "alerting/routing/sent_log.h"
#include "corpora.h"

// The decisions of routing against upstream's own cases.

namespace vedette::routing {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;

int64_t TimeOf(const boost::json::value& v) {
  const auto* const t = v.as_object().if_contains("t");
  return t == nullptr ? 0 : kNow + t->to_number<int64_t>() * 1000;
}

std::set<uint64_t> SetOf(const boost::json::value* v) {
  std::set<uint64_t> set;
  if (v == nullptr || !v->is_array()) return set;
  for (const auto& item : v->as_array()) set.insert(item.to_number<uint64_t>());
  return set;
}

TEST(SentLog, NotifiesWhenUpstreamDoes) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/alerting/corpora/dedup_needs_update.json");
  const auto corpus = ReadCorpus(path);
  for (const auto& value : corpus.at("cases").as_array()) {
    const auto& c = value.as_object();
    SCOPED_TRACE(Text(c.at("id")));
    SentEntry entry;
    const bool known = c.at("entry").is_object();
    if (known) {
      const auto& e = c.at("entry").as_object();
      entry.firing = SetOf(e.if_contains("FiringAlerts"));
      entry.resolved = SetOf(e.if_contains("ResolvedAlerts"));
      if (e.contains("Timestamp")) entry.at_ms = TimeOf(e.at("Timestamp"));
    }
    const auto* const resolve = c.if_contains("resolve");
    const auto* const repeat = c.if_contains("repeat");
    const Reason reason = NeedsNotification(
        known ? &entry : nullptr, SetOf(c.if_contains("firingAlerts")),
        SetOf(c.if_contains("resolvedAlerts")), resolve == nullptr || resolve->as_bool(),
        repeat == nullptr ? 0 : repeat->at("dur_s").to_number<int64_t>() * 1000, kNow);
    EXPECT_EQ(reason != Reason::kNone, c.at("res").as_bool());
  }
}

AlertRecord RecordOf(const boost::json::value& v) {
  AlertRecord record;
  record.alert.starts_at_ms = TimeOf(v.at("Alert").at("StartsAt"));
  record.alert.ends_at_ms = TimeOf(v.at("Alert").at("EndsAt"));
  record.updated_at_ms = TimeOf(v.at("UpdatedAt"));
  const auto* const timeout = v.as_object().if_contains("Timeout");
  record.timeout = timeout != nullptr && timeout->as_bool();
  return record;
}

TEST(AlertRecord, MergesAsUpstream) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/alerting/corpora/alert_merge.json");
  const auto corpus = ReadCorpus(path);
  for (const auto& c : corpus.at("cases").as_array()) {
    SCOPED_TRACE(Text(c.at("id")));
    const AlertRecord merged = Merge(RecordOf(c.at("A")), RecordOf(c.at("B")), kNow);
    const AlertRecord want = RecordOf(c.at("Res"));
    EXPECT_EQ(merged.alert.starts_at_ms, want.alert.starts_at_ms);
    EXPECT_EQ(merged.alert.ends_at_ms, want.alert.ends_at_ms);
  }
}

TEST(AlertRecord, FillsInMissingTimes) {
  model::Alert alert;
  alert.labels = {{"alertname", "A"}};
  const auto record = MakeRecord(alert, kNow, 300'000);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->alert.starts_at_ms, kNow);
  EXPECT_EQ(record->alert.ends_at_ms, kNow + 300'000);
  EXPECT_TRUE(record->timeout);
  alert.ends_at_ms = kNow - 1000;
  EXPECT_EQ(MakeRecord(alert, kNow, 300'000)->alert.starts_at_ms, kNow - 1000);
  alert.starts_at_ms = kNow;
  EXPECT_FALSE(MakeRecord(alert, kNow, 300'000).ok());
  EXPECT_FALSE(MakeRecord(model::Alert{}, kNow, 300'000).ok());
}

std::vector<model::Matcher> MatchersOf(const boost::json::object& rule, const char* map_key,
                                       const char* list_key) {
  std::vector<model::Matcher> matchers;
  if (const auto* const map = rule.if_contains(map_key)) {
    for (const auto& [name, value] : map->as_object()) {
      matchers.push_back(model::Matcher::Equal(std::string(name), Text(value)));
    }
  }
  if (const auto* const list = rule.if_contains(list_key)) {
    for (const auto& m : list->as_array()) {
      const bool equal = Text(m.at("Type")) == "=";
      matchers.push_back(
          *model::Matcher::Make(equal ? model::MatchType::kEqual : model::MatchType::kNotEqual,
                                Text(m.at("Name")), Text(m.at("Value"))));
    }
  }
  return matchers;
}

TEST(Inhibitor, MutesWhatUpstreamMutes) {
  for (const char* suite : {"inhibit_rulematches", "inhibit_rulematchers"}) {
    VEDETTE_SHARED_OR_SKIP(path, std::string("reference/alerting/corpora/") + suite + ".json");
    const auto corpus = ReadCorpus(path);
    std::vector<InhibitSpec> rules;
    for (const auto& value : corpus.at("rules").as_array()) {
      const auto& r = value.as_object();
      InhibitSpec rule;
      rule.source_matchers = MatchersOf(r, "SourceMatch", "SourceMatchers");
      rule.target_matchers = MatchersOf(r, "TargetMatch", "TargetMatchers");
      for (const auto& name : r.at("Equal").as_array()) rule.equal.push_back(Text(name));
      rules.push_back(std::move(rule));
    }
    std::vector<model::Labels> sources;
    for (const auto& s : corpus.at("source_alerts").as_array()) {
      sources.push_back(LabelsOf(s.at("Alert").at("Labels")));
    }
    std::vector<const model::Labels*> firing;
    for (const model::Labels& labels : sources) firing.push_back(&labels);
    const Inhibitor inhibitor(rules, firing);
    for (const auto& c : corpus.at("cases").as_array()) {
      EXPECT_EQ(!inhibitor.MutedBy(LabelsOf(c.at("target"))).empty(), c.at("expected").as_bool())
          << Text(c.at("id"));
    }
  }
}

TEST(RoutingFormat, RefusesDamageAndOtherVersions) {
  SentEntry entry;
  entry.sequence = 3;
  entry.firing = {1, 2};
  const std::string sent = EncodeSent(entry);
  EXPECT_EQ(sent[0], 1);
  ASSERT_TRUE(DecodeSent(sent).ok());
  EXPECT_EQ(DecodeSent(sent)->firing, entry.firing);
  for (size_t n = 0; n < sent.size(); ++n) EXPECT_FALSE(DecodeSent(sent.substr(0, n)).ok());
  AlertRecord record;
  record.alert.labels = {{"a", "b"}};
  record.alert.value = "1";
  const std::string alert = EncodeRecord(record);
  EXPECT_EQ(alert[0], 1);
  ASSERT_TRUE(DecodeRecord(alert).ok());
  EXPECT_EQ(DecodeRecord(alert)->alert.value, "1");
  for (size_t n = 0; n < alert.size(); ++n) EXPECT_FALSE(DecodeRecord(alert.substr(0, n)).ok());
}

}  // namespace
}  // namespace vedette::routing
