#ifndef VEDETTE_EXPORTERS_CADDY_ACCESS_STATE_H_
#define VEDETTE_EXPORTERS_CADDY_ACCESS_STATE_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "exporters/caddy/access_stats.h"

namespace vedette::exporters::caddy {

// What the state file holds (FORMAT.md): how far each file was read, and what was counted up to
// there. A plain value.
struct AccessState {
  static constexpr char kMagic[] = "vedette-caddy-access";
  static constexpr int kVersion = 1;

  struct File {
    uint64_t device = 0;
    uint64_t inode = 0;
    uint64_t offset = 0;
  };
  std::vector<File> files;
  std::array<uint64_t, 3> lines{};
  AccessStats::Hosts hosts;
};

std::string WriteAccessState(const AccessState& state);
// DataLoss with the line where the text is damaged; a newer version is refused by name.
base::StatusOr<AccessState> ReadAccessState(std::string_view text);

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_ACCESS_STATE_H_
