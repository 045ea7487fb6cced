#include "collector/logstore/line_cut.h"

#include "base/strings.h"

namespace vedette::logstore {
namespace {

// Bytes of a character behind its first.
constexpr size_t kMostFollowing = 3;

bool Follows(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::string CutLine(std::string_view line, size_t max_bytes) {
  const std::string mark = base::Concat({" [cut: ", std::to_string(line.size()), " bytes]"});
  size_t keep = max_bytes - mark.size();
  for (size_t i = 0; i < kMostFollowing && keep > 0 && Follows(line[keep]); ++i) --keep;
  return base::Concat({line.substr(0, keep), mark});
}

}  // namespace vedette::logstore
