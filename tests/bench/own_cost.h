#ifndef VEDETTE_TESTS_BENCH_OWN_COST_H_
#define VEDETTE_TESTS_BENCH_OWN_COST_H_

#include <string_view>

// What this process took so far, by the kernel's account.

namespace vedette::bench {

// User and system time of all threads.
double CpuSeconds();

// A field of /proc/self/status: "RssAnon:", or "VmHWM:" for the most that was ever resident.
double StatusMib(std::string_view field);

}  // namespace vedette::bench

#endif  // VEDETTE_TESTS_BENCH_OWN_COST_H_
