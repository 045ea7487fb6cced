#ifndef VEDETTE_EXPORTERS_PROCESS_FLAGS_H_
#define VEDETTE_EXPORTERS_PROCESS_FLAGS_H_

#include <vector>

#include "exporters/process/options.h"
#include "exporters/runtime/flag.h"

namespace vedette::exporters::process {

// Every flag of the process exporter, as upstream names it.
std::vector<Flag<ProcessOptions>> ProcessFlags();

}  // namespace vedette::exporters::process

#endif  // VEDETTE_EXPORTERS_PROCESS_FLAGS_H_
