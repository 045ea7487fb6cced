#include "model/alert.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "base/strings.h"
#include "tests/support/shared_dir.h"

namespace vedette::model {
namespace {

namespace json = boost::json;

TEST(Fingerprint, IsAlertmanagers) {
  EXPECT_EQ(FingerprintHex(Labels({{"alertname", "HostDown"},
                                   {"instance", "node1:9100"},
                                   {"job", "node"},
                                   {"severity", "critical"}})),
            "2d3872716e334357");
  EXPECT_EQ(FingerprintHex(Labels()), "cbf29ce484222325");
}

// What a real Alertmanager sent to its webhooks: every alert's labels and its fingerprint.
TEST(Fingerprint, EqualsThoseOfRecordedNotifications) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/alerting/recordings/hooks.jsonl");
  const std::string text = test::ReadWholeFile(path);
  int checked = 0;
  for (const std::string_view line : base::Split(text, '\n')) {
    if (line.empty()) continue;
    const json::value hook = json::parse({line.data(), line.size()});
    json::error_code error;
    const json::value body = json::parse(hook.at("body").as_string(), error);
    if (error || !body.is_object() || !body.as_object().contains("alerts")) continue;
    for (const json::value& alert : body.at("alerts").as_array()) {
      LabelsBuilder labels;
      for (const auto& [name, value] : alert.at("labels").as_object()) {
        labels.Set({name.data(), name.size()}, value.as_string().c_str());
      }
      EXPECT_EQ(FingerprintHex(labels.Build()), alert.at("fingerprint").as_string().c_str());
      ++checked;
    }
  }
  EXPECT_GT(checked, 3);
}

}  // namespace
}  // namespace vedette::model
