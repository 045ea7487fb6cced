#ifndef VEDETTE_APP_WORLD_H_
#define VEDETTE_APP_WORLD_H_

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/telemetry.h"

namespace vedette::app {

// What every part is given: the machine's clock and file system, our log and our counters. Plain
// pointers, never null; the verb that makes them outlives the parts.
struct World {
  base::FileSystem* fs = nullptr;
  base::Clock* clock = nullptr;
  base::Logger* logger = nullptr;
  base::Telemetry* telemetry = nullptr;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_WORLD_H_
