#ifndef VEDETTE_MODEL_RELABEL_YAML_H_
#define VEDETTE_MODEL_RELABEL_YAML_H_

#include <string_view>
#include <vector>

#include "base/config/yaml.h"
#include "base/config/yaml_writer.h"
#include "model/relabel.h"

namespace vedette::model {

// Reads the list of relabelling rules under `key` (relabel_configs, metric_relabel_configs,
// alert_relabel_configs ...). What is wrong goes to the reader's problems.
void ReadRelabelRules(base::config::MapReader* map, std::string_view key,
                      std::vector<Relabeler>* rules);

// Writes them as such a list, with what applies where a rule said nothing; nothing for no rules.
void WriteRelabelRules(std::string_view key, const std::vector<Relabeler>& rules,
                       base::config::YamlWriter* out);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_RELABEL_YAML_H_
