#include <cstdint>
#include <string_view>
#include <vector>

#include "base/config/yaml.h"
#include "model/relabel.h"
#include "model/relabel_yaml.h"

// Any bytes as relabelling rules, then any labels through those that were taken: no crash, and what
// comes out has no empty names.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxInput = 16 << 10;
  if (size > kMaxInput) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto root = vedette::base::config::ParseYaml(text, "f.yml");
  if (!root.ok()) return 0;
  vedette::base::config::Problems problems("f.yml");
  vedette::base::config::MapReader map(*root, "", &problems);
  std::vector<vedette::model::Relabeler> rules;
  vedette::model::ReadRelabelRules(&map, "relabel_configs", &rules);
  vedette::model::LabelsBuilder labels(vedette::model::Labels(
      {{"__address__", "host:9100"}, {"__meta_x", "A;b"}, {"job", "node"}, {"a", "\xc3\xa9"}}));
  if (!vedette::model::ApplyRelabeling(rules, &labels)) return 0;
  for (const auto& label : labels.Build()) VEDETTE_CHECK(!label.name.empty());
  return 0;
}
