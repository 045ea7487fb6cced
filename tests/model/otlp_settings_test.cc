#include "model/otlp/settings.h"

#include <gtest/gtest.h>

#include <string>

namespace vedette::model::otlp {
namespace {

base::StatusOr<Settings> Read(const std::string& yaml, bool legacy_names = false) {
  base::config::Problems problems("f.yml");
  VEDETTE_ASSIGN_OR_RETURN(const base::config::Node node, base::config::ParseYaml(yaml, "f.yml"));
  const Settings settings = ReadSettings(node, "otlp", legacy_names, &problems);
  VEDETTE_RETURN_IF_ERROR(problems.ToStatus());
  return settings;
}

TEST(OtlpSettings, WhatIsReadIsShown) {
  const std::string text =
      "otlp:\n"
      "  promote_all_resource_attributes: true\n"
      "  ignore_resource_attributes:\n"
      "  - k8s.job.name\n"
      "  translation_strategy: NoUTF8EscapingWithSuffixes\n"
      "  keep_identifying_resource_attributes: true\n"
      "  convert_histograms_to_nhcb: true\n"
      "  promote_scope_metadata: true\n"
      "  label_name_underscore_sanitization: false\n"
      "  label_name_preserve_multiple_underscores: false\n";
  std::string section;
  for (size_t at = text.find('\n') + 1; at < text.size();) {
    const size_t end = text.find('\n', at);
    section += text.substr(at + 2, end - at - 1);
    at = end + 1;
  }
  const auto settings = Read(section);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(SettingsText(*settings), text);
  EXPECT_EQ(SettingsText(Settings()),
            "otlp:\n  translation_strategy: UnderscoreEscapingWithSuffixes\n");
}

TEST(OtlpSettings, BlanksAroundNamesMeanNothing) {
  const auto settings = Read("promote_resource_attributes: [a, ' b ']");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->promote, (std::vector<std::string>{"a", "b"}));
}

struct Wrong {
  std::string yaml;
  bool legacy;
  std::string says;
};

TEST(OtlpSettings, WhatIsWrongIsSaidByLine) {
  const Wrong cases[] = {
      {"translation_strategy: Some", false,
       "f.yml:1:23: otlp.translation_strategy: found \"Some\"; allowed: "
       "UnderscoreEscapingWithSuffixes, UnderscoreEscapingWithoutSuffixes, "
       "NoUTF8EscapingWithSuffixes, NoTranslation"},
      {"translation_strategy: NoTranslation", true,
       "f.yml:1:23: otlp.translation_strategy: NoTranslation makes names that "
       "metric_name_validation_scheme legacy forbids"},
      {"promote_resource_attributes: [a, a]", false,
       "f.yml:1:30: otlp.promote_resource_attributes: the promoted resource attribute \"a\" "
       "stands there twice"},
      {"promote_resource_attributes: ['']", false,
       "f.yml:1:30: otlp.promote_resource_attributes: an empty promoted resource attribute"},
      {"ignore_resource_attributes: [a]", false,
       "f.yml:1:29: otlp.ignore_resource_attributes: needs promote_all_resource_attributes: true"},
      {"promote_all_resource_attributes: true\npromote_resource_attributes: [a]", false,
       "f.yml:2:30: otlp.promote_resource_attributes: stands beside "
       "promote_all_resource_attributes, which promotes them already"},
  };
  for (const Wrong& wrong : cases) {
    const auto settings = Read(wrong.yaml, wrong.legacy);
    ASSERT_FALSE(settings.ok()) << wrong.yaml;
    EXPECT_EQ(base::Message(settings.status()), wrong.says);
  }
  EXPECT_FALSE(Read("no_such_key: 1").ok());
}

}  // namespace
}  // namespace vedette::model::otlp
