#ifndef VEDETTE_BASE_HARD_LINK_H_
#define VEDETTE_BASE_HARD_LINK_H_

#include <memory>
#include <string>

#include "base/status.h"

namespace vedette::base {

// Gives a file a second name. Apart from FileSystem, for the few who can go without: a file system
// that has no links, or a name on another one, is answered with an error and costs a copy.
class HardLinker {
 public:
  virtual ~HardLinker() = default;
  // The new name is durable once its folder is synced.
  virtual Status Link(const std::string& from, const std::string& to) = 0;
};

// The machine's file system.
std::unique_ptr<HardLinker> NewPosixHardLinker();

}  // namespace vedette::base

#endif  // VEDETTE_BASE_HARD_LINK_H_
