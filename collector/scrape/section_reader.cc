#include "collector/scrape/section_reader.h"

#include "base/strings.h"

namespace vedette::scrape {

void Unsupported(base::config::MapReader* map, std::string_view key, std::string_view why,
                 base::config::Problems* unsupported, bool allow_false) {
  map->Ignore(key);
  const base::config::Node* node = map->node().Find(key);
  if (node == nullptr || (allow_false && node->scalar == "false")) return;
  unsupported->Add(*node, base::Concat({map->field(), map->field().empty() ? "" : ".", key}),
                   base::Concat({"not supported: ", why}));
}

}  // namespace vedette::scrape
