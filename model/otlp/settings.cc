#include "model/otlp/settings.h"

#include <algorithm>
#include <utility>

#include "base/config/yaml_writer.h"
#include "base/strings.h"

namespace vedette::model::otlp {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;

struct StrategyName {
  std::string_view name;
  Strategy strategy;
};
constexpr StrategyName kStrategies[] = {
    {"UnderscoreEscapingWithSuffixes", Strategy::kUnderscoresWithSuffixes},
    {"UnderscoreEscapingWithoutSuffixes", Strategy::kUnderscoresWithoutSuffixes},
    {"NoUTF8EscapingWithSuffixes", Strategy::kUtf8WithSuffixes},
    {"NoTranslation", Strategy::kNoTranslation},
};

std::string_view NameOf(Strategy strategy) {
  for (const StrategyName& known : kStrategies) {
    if (known.strategy == strategy) return known.name;
  }
  return {};
}

class SettingsReader {
 public:
  SettingsReader(const Node& node, std::string field, Problems* problems)
      : map_(node, std::move(field), problems) {}

  Settings Read(bool legacy_names) {
    ReadStrategy(legacy_names);
    ReadNames("promote_resource_attributes", "promoted", &settings_.promote);
    map_.Bool("promote_all_resource_attributes", &settings_.promote_all);
    ReadNames("ignore_resource_attributes", "ignored", &settings_.ignore);
    map_.Bool("keep_identifying_resource_attributes", &settings_.keep_identifying);
    map_.Bool("convert_histograms_to_nhcb", &settings_.convert_histograms);
    map_.Bool("promote_scope_metadata", &settings_.promote_scope);
    map_.Bool("label_name_underscore_sanitization", &settings_.sanitize_underscores);
    map_.Bool("label_name_preserve_multiple_underscores", &settings_.preserve_underscores);
    if (settings_.promote_all && !settings_.promote.empty()) {
      Add("promote_resource_attributes",
          "stands beside promote_all_resource_attributes, which promotes them already");
    }
    if (!settings_.promote_all && !settings_.ignore.empty()) {
      Add("ignore_resource_attributes", "needs promote_all_resource_attributes: true");
    }
    map_.Finish();
    return settings_;
  }

 private:
  void Add(std::string_view key, std::string_view message) {
    map_.problems()->Add(*map_.node().Find(key), base::Concat({map_.field(), ".", key}), message);
  }

  void ReadStrategy(bool legacy_names) {
    std::string name;
    if (!map_.String("translation_strategy", &name) || name.empty()) return;
    std::string allowed;
    for (const StrategyName& known : kStrategies) {
      allowed += base::Concat({allowed.empty() ? "" : ", ", known.name});
      if (known.name == name) settings_.strategy = known.strategy;
    }
    if (NameOf(settings_.strategy) != name) {
      Add("translation_strategy",
          base::Concat({"found ", base::GoQuote(name), "; allowed: ", allowed}));
    } else if (legacy_names && settings_.keeps_utf8()) {
      Add("translation_strategy",
          base::Concat({name, " makes names that metric_name_validation_scheme legacy forbids"}));
    }
  }

  // Blanks around a name mean nothing; one may stand there once.
  void ReadNames(std::string_view key, std::string_view what, std::vector<std::string>* names) {
    if (!map_.StringList(key, names)) return;
    for (size_t i = 0; i < names->size(); ++i) {
      std::string& name = (*names)[i];
      name = std::string(base::Trim(name));
      if (name.empty()) {
        Add(key, base::Concat({"an empty ", what, " resource attribute"}));
      } else if (std::find(names->begin(), names->begin() + static_cast<ptrdiff_t>(i), name) !=
                 names->begin() + static_cast<ptrdiff_t>(i)) {
        Add(key, base::Concat({"the ", what, " resource attribute ", base::GoQuote(name),
                               " stands there twice"}));
      }
    }
  }

  MapReader map_;
  Settings settings_;
};

}  // namespace

Settings ReadSettings(const Node& node, const std::string& field, bool legacy_names,
                      Problems* problems) {
  if (node.kind == Node::Kind::kNull) return {};
  return SettingsReader(node, field, problems).Read(legacy_names);
}

std::string SettingsText(const Settings& settings) {
  base::config::YamlWriter out;
  out.Map("otlp");
  if (!settings.promote.empty()) out.List("promote_resource_attributes", settings.promote);
  if (settings.promote_all) out.Bool("promote_all_resource_attributes", true);
  if (!settings.ignore.empty()) out.List("ignore_resource_attributes", settings.ignore);
  out.Raw("translation_strategy", NameOf(settings.strategy));
  if (settings.keep_identifying) out.Bool("keep_identifying_resource_attributes", true);
  if (settings.convert_histograms) out.Bool("convert_histograms_to_nhcb", true);
  if (settings.promote_scope) out.Bool("promote_scope_metadata", true);
  if (!settings.sanitize_underscores) out.Bool("label_name_underscore_sanitization", false);
  if (!settings.preserve_underscores) out.Bool("label_name_preserve_multiple_underscores", false);
  out.End();
  return out.Take();
}

}  // namespace vedette::model::otlp
