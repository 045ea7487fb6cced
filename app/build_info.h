#ifndef VEDETTE_APP_BUILD_INFO_H_
#define VEDETTE_APP_BUILD_INFO_H_

#include "app/version.h"
#include "collector/api/api.h"

namespace vedette::app {

// What the APIs say of the program they come from.
inline api::BuildInfo OwnBuildInfo() {
  api::BuildInfo build;
  build.version = kVersion;
  build.revision = "vedette-" + std::string(kVersion);
  build.branch = "vedette";
  build.compiler = "g++ " __VERSION__;
  return build;
}

}  // namespace vedette::app

#endif  // VEDETTE_APP_BUILD_INFO_H_
