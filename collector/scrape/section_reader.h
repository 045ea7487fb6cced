#ifndef VEDETTE_COLLECTOR_SCRAPE_SECTION_READER_H_
#define VEDETTE_COLLECTOR_SCRAPE_SECTION_READER_H_

#include <string>
#include <string_view>

#include "base/config/yaml.h"

namespace vedette::scrape {

// Where a file's problems go: mistakes always refuse the file; what is only unsupported refuses it
// too, unless the user asked for such parts to be left out.
struct ConfigProblems {
  explicit ConfigProblems(const std::string& file) : mistakes(file), unsupported(file) {}
  base::config::Problems mistakes;
  base::config::Problems unsupported;
};

// Marks `key` as known; where it is given, records that it is not supported. `allow_false`: a plain
// `false` asks for nothing and passes.
void Unsupported(base::config::MapReader* map, std::string_view key, std::string_view why,
                 base::config::Problems* unsupported, bool allow_false = false);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_SECTION_READER_H_
