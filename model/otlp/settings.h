#ifndef VEDETTE_MODEL_OTLP_SETTINGS_H_
#define VEDETTE_MODEL_OTLP_SETTINGS_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/config/yaml.h"

namespace vedette::model::otlp {

// How names of OTLP become names of series (translation_strategy).
enum class Strategy {
  kUnderscoresWithSuffixes,     // UnderscoreEscapingWithSuffixes
  kUnderscoresWithoutSuffixes,  // UnderscoreEscapingWithoutSuffixes
  kUtf8WithSuffixes,            // NoUTF8EscapingWithSuffixes
  kNoTranslation,               // NoTranslation
};

// The `otlp` section of prometheus.yml. A plain value.
struct Settings {
  Strategy strategy = Strategy::kUnderscoresWithSuffixes;
  std::vector<std::string> promote;  // promote_resource_attributes
  bool promote_all = false;          // promote_all_resource_attributes, but for those of `ignore`
  std::vector<std::string> ignore;   // ignore_resource_attributes
  bool keep_identifying = false;     // keep_identifying_resource_attributes, in target_info
  bool convert_histograms = false;   // convert_histograms_to_nhcb
  bool promote_scope = false;        // promote_scope_metadata
  // label_name_underscore_sanitization: a label _x becomes key_x.
  bool sanitize_underscores = true;
  // label_name_preserve_multiple_underscores
  bool preserve_underscores = true;

  bool keeps_utf8() const {
    return strategy == Strategy::kUtf8WithSuffixes || strategy == Strategy::kNoTranslation;
  }
  bool has_suffixes() const {
    return strategy == Strategy::kUnderscoresWithSuffixes ||
           strategy == Strategy::kUtf8WithSuffixes;
  }
};

// Reads the section; what is wrong goes to `problems`. `legacy_names`: names beyond
// [a-zA-Z0-9_:] are not wanted, which some strategies would make.
Settings ReadSettings(const base::config::Node& node, const std::string& field, bool legacy_names,
                      base::config::Problems* problems);
// The section as Prometheus shows its own.
std::string SettingsText(const Settings& settings);

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_SETTINGS_H_
