#ifndef VEDETTE_EXPORTERS_PVE_FLAGS_H_
#define VEDETTE_EXPORTERS_PVE_FLAGS_H_

#include <vector>

#include "exporters/pve/options.h"
#include "exporters/runtime/flag.h"

namespace vedette::exporters::pve {

using PveFlag = Flag<PveOptions>;

// Every flag of the PVE exporter. Those of upstream keep its names; what upstream takes from the
// environment alone is a hidden flag here, so that one table says what is read.
std::vector<PveFlag> PveFlags();

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_FLAGS_H_
