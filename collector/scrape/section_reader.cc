#include "collector/scrape/section_reader.h"

#include "base/fs.h"
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

std::string BesideFile(const std::string& config_path, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  const size_t slash = config_path.rfind('/');
  if (slash == std::string::npos) return path;
  return base::JoinPath(config_path.substr(0, slash), path);
}

}  // namespace vedette::scrape
