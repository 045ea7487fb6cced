#ifndef VEDETTE_TESTS_EXPORTERS_REDIS_PROCESS_H_
#define VEDETTE_TESTS_EXPORTERS_REDIS_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vedette::exporters::redis {

// A program run for a test, found by PATH; ended with the object. Its output goes nowhere.
class Process {
 public:
  explicit Process(const std::vector<std::string>& arguments);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // SIGKILL, and waits until it is gone.
  void Kill();
  // Waits for its end; its exit code, or -1.
  int Wait();
  // Seconds of CPU that it has used, from /proc.
  double CpuSeconds() const;

 private:
  void End(int signal);

  pid_t pid_ = -1;
};

// Whether PATH has a program of this name.
bool IsInstalled(const std::string& program);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_TESTS_EXPORTERS_REDIS_PROCESS_H_
