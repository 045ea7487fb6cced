#include "base/hard_link.h"

#include <unistd.h>

#include <cerrno>

#include "base/strings.h"

namespace vedette::base {
namespace {

class PosixHardLinker final : public HardLinker {
 public:
  Status Link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) == 0) return {};
    return FromErrno(errno, Concat({"link ", from, " as ", to}));
  }
};

}  // namespace

std::unique_ptr<HardLinker> NewPosixHardLinker() { return std::make_unique<PosixHardLinker>(); }

}  // namespace vedette::base
