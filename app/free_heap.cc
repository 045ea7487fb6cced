#include "app/free_heap.h"

#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

namespace vedette::app {
namespace {

constexpr uint64_t kWorthBytes = 16 << 20;

// Second and third field of /proc/self/statm: pages that are resident, and those of them that are
// of files or shared.
uint64_t AnonymousBytes() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                             std::fclose);
  unsigned long long resident = 0;
  unsigned long long shared = 0;
  if (!file || std::fscanf(file.get(), "%*u %llu %llu", &resident, &shared) != 2) return 0;
  return (resident - shared) * static_cast<uint64_t>(::getpagesize());
}

}  // namespace

uint64_t FreeHeapBytes() {
  const struct mallinfo2 heap = mallinfo2();
  const uint64_t anonymous = AnonymousBytes();
  const uint64_t used = heap.uordblks + heap.hblkhd;
  return anonymous > used ? anonymous - used : 0;
}

uint64_t ReturnFreeHeap() {
  const uint64_t bytes = FreeHeapBytes();
  if (bytes >= kWorthBytes) malloc_trim(0);
  return bytes;
}

}  // namespace vedette::app
