#include "own_cost.h"

#include <sys/resource.h>

#include <fstream>
#include <string>

namespace vedette::bench {

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double StatusMib(std::string_view field) {
  std::ifstream status("/proc/self/status");
  std::string name;
  double kib = 0;
  while (status >> name) {
    if (name == field) status >> kib;
  }
  return kib / 1024;
}

}  // namespace vedette::bench
