#include "tests/conformance/logql/score.h"

#include <cstdio>

namespace vedette::logql {
namespace {

constexpr size_t kMaxComplaints = 50;

}  // namespace

void Score::Complain(std::string_view what) const {
  if (failed_ > kMaxComplaints) return;
  std::printf("FAIL %s: %.*s\n", name_.c_str(), static_cast<int>(what.size()), what.data());
}

void Score::Report() const {
  std::printf("%s: %zu passed, %zu failed\n", name_.c_str(), passed_, failed_);
}

}  // namespace vedette::logql
