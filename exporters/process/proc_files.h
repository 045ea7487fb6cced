#ifndef VEDETTE_EXPORTERS_PROCESS_PROC_FILES_H_
#define VEDETTE_EXPORTERS_PROCESS_PROC_FILES_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace vedette::exporters::process {

// What the files of /proc/PID and /proc/PID/task/TID say, by proc(5). Each parser gives nothing for
// a text that is cut or is something else. Texts are borrowed.

struct StatFile {
  std::string_view name;  // as the kernel keeps it: at most 15 bytes of a user's program
  char state = 0;
  int64_t parent = 0;
  uint64_t minor_faults = 0;
  uint64_t major_faults = 0;
  uint64_t user_ticks = 0;
  uint64_t system_ticks = 0;
  uint64_t threads = 0;
  uint64_t start_ticks = 0;  // since the machine started
  uint64_t virtual_bytes = 0;
  uint64_t resident_pages = 0;
};
std::optional<StatFile> ParseStatFile(std::string_view text);

struct StatusFile {
  uint64_t swap_bytes = 0;  // 0 for kernel threads, which have no memory of their own
  uint64_t voluntary_switches = 0;
  uint64_t nonvoluntary_switches = 0;
};
std::optional<StatusFile> ParseStatusFile(std::string_view text);

// The effective user of a status file.
std::optional<uint32_t> ParseUid(std::string_view status_text);

struct IoFile {
  uint64_t read_bytes = 0;
  uint64_t write_bytes = 0;
};
std::optional<IoFile> ParseIoFile(std::string_view text);

struct SmapsFile {
  uint64_t proportional_bytes = 0;
  uint64_t proportional_swap_bytes = 0;
};
std::optional<SmapsFile> ParseSmapsFile(std::string_view text);

// The soft limit of open files; UINT64_MAX is unlimited.
std::optional<uint64_t> ParseOpenFilesLimit(std::string_view limits_text);

}  // namespace vedette::exporters::process

#endif  // VEDETTE_EXPORTERS_PROCESS_PROC_FILES_H_
