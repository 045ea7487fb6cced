#include "exporters/runtime/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string ReadFile(const char* path) {
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path, "re"));
  std::string text;
  if (!file) return text;
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, file.get())) text.append(buffer, n);
  return text;
}

// The fields of /proc/self/stat after the name, the first of which proc(5) numbers 3.
class StatFields {
 public:
  explicit StatFields(std::string text)
      : text_(std::move(text)), fields_(base::Split(Tail(text_), ' ')) {}

  std::optional<double> Number(size_t field) const {
    if (field < 3 || field - 3 >= fields_.size()) return std::nullopt;
    return base::ParseDouble(base::Trim(fields_[field - 3]));
  }

 private:
  static std::string_view Tail(const std::string& text) {
    const size_t close = text.rfind(") ");  // the name itself may hold both
    return close == std::string::npos ? std::string_view()
                                      : std::string_view(text).substr(close + 2);
  }

  const std::string text_;
  const std::vector<std::string_view> fields_;  // of text_
};

std::optional<double> BootTimeSeconds() {
  const std::string text = ReadFile("/proc/stat");
  const size_t at = text.find("\nbtime ");
  if (at == std::string::npos) return std::nullopt;
  const std::string_view rest = std::string_view(text).substr(at + 7);
  return base::ParseDouble(rest.substr(0, rest.find('\n')));
}

std::optional<double> CountOpenFds() {
  // Since Linux 6.2 the folder's size is their number, and the folder need not be listed.
  struct stat about {};
  if (::stat("/proc/self/fd", &about) == 0 && about.st_size > 0) {
    return static_cast<double>(about.st_size);
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir("/proc/self/fd"), ::closedir);
  if (!dir) return std::nullopt;
  int count = 0;
  while (const dirent* entry = ::readdir(dir.get())) count += entry->d_name[0] != '.' ? 1 : 0;
  return count - 1;  // without the one that reads the folder
}

std::optional<double> SoftLimit(__rlimit_resource resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);  // unlimited is 2^64-1, as upstream shows it
}

void AddIf(std::optional<double> value, FamilyRef family) {
  if (value) family.Add(*value);
}

std::optional<double> Times(std::optional<double> value, double by) {
  if (value) *value *= by;
  return value;
}

// The kernel's file of the time it was started costs it a sum over all interrupts: read once.
std::optional<double> StartSeconds() {
  const auto boot = BootTimeSeconds();
  const auto start = StatFields(ReadFile("/proc/self/stat")).Number(22);
  if (!boot || !start) return std::nullopt;
  return *start / static_cast<double>(::sysconf(_SC_CLK_TCK)) + *boot;
}

void AddStat(std::optional<double> start_seconds, FamilySink* sink) {
  const StatFields stat(ReadFile("/proc/self/stat"));
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto user = stat.Number(14);
  const auto system = stat.Number(15);
  if (user && system) {
    sink->Counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.")
        .Add((*user + *system) / ticks);
  }
  AddIf(start_seconds, sink->Gauge("process_start_time_seconds",
                                   "Start time of the process since unix epoch in seconds."));
  AddIf(stat.Number(23),
        sink->Gauge("process_virtual_memory_bytes", "Virtual memory size in bytes."));
  AddIf(Times(stat.Number(24), static_cast<double>(::sysconf(_SC_PAGESIZE))),
        sink->Gauge("process_resident_memory_bytes", "Resident memory size in bytes."));
}

}  // namespace

ProcessMetrics::ProcessMetrics() : start_seconds_(StartSeconds()) {}

std::vector<prometheus::MetricFamily> ProcessMetrics::Collect() const {
  FamilySink sink;
  AddStat(start_seconds_, &sink);
  AddIf(CountOpenFds(), sink.Gauge("process_open_fds", "Number of open file descriptors."));
  AddIf(SoftLimit(RLIMIT_NOFILE),
        sink.Gauge("process_max_fds", "Maximum number of open file descriptors."));
  AddIf(SoftLimit(RLIMIT_AS), sink.Gauge("process_virtual_memory_max_bytes",
                                         "Maximum amount of virtual memory available in bytes."));
  std::vector<prometheus::MetricFamily> families;
  sink.MoveTo(&families);
  return families;
}

}  // namespace vedette::exporters
