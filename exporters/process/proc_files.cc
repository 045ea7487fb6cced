#include "exporters/process/proc_files.h"

#include <charconv>

#include "base/strings.h"

namespace vedette::exporters::process {
namespace {

constexpr uint64_t kKilobyte = 1024;

// Takes numbers off the front of a line, parted by blanks.
class NumberScanner {
 public:
  explicit NumberScanner(std::string_view text) : rest_(text) {}

  bool Skip(int fields) {
    std::string_view field;
    for (int i = 0; i < fields; ++i) {
      if (!Next(&field)) return false;
    }
    return true;
  }

  template <typename T>
  bool Read(T* out) {
    std::string_view field;
    if (!Next(&field)) return false;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), *out);
    return error == std::errc() && end == field.data() + field.size();
  }

  bool Next(std::string_view* field) {
    size_t begin = 0;
    while (begin < rest_.size() && IsBlank(rest_[begin])) ++begin;
    size_t end = begin;
    while (end < rest_.size() && !IsBlank(rest_[end])) ++end;
    *field = rest_.substr(begin, end - begin);
    rest_.remove_prefix(end);
    return end > begin;
  }

 private:
  static bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

  std::string_view rest_;
};

// The number after "\nNAME:"; `text` is searched from its front.
template <typename T>
bool FindNumber(std::string_view text, std::string_view name, T* out) {
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    if (at != 0 && text[at - 1] != '\n') continue;
    return NumberScanner(text.substr(at + name.size())).Read(out);
  }
  return false;
}

}  // namespace

// Fields count from 1 in proc(5): PID (NAME) STATE PPID ...
std::optional<StatFile> ParseStatFile(std::string_view text) {
  const size_t open = text.find('(');
  const size_t close = text.rfind(')');  // the name may hold anything, brackets too
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  StatFile stat;
  stat.name = text.substr(open + 1, close - open - 1);
  NumberScanner scanner(text.substr(close + 1));
  std::string_view state;
  if (!scanner.Next(&state) || state.size() != 1) return std::nullopt;
  stat.state = state[0];
  const bool whole = scanner.Read(&stat.parent) &&         // 4
                     scanner.Skip(5) &&                    // 5 to 9
                     scanner.Read(&stat.minor_faults) &&   // 10
                     scanner.Skip(1) &&                    // 11
                     scanner.Read(&stat.major_faults) &&   // 12
                     scanner.Skip(1) &&                    // 13
                     scanner.Read(&stat.user_ticks) &&     // 14
                     scanner.Read(&stat.system_ticks) &&   // 15
                     scanner.Skip(4) &&                    // 16 to 19
                     scanner.Read(&stat.threads) &&        // 20
                     scanner.Skip(1) &&                    // 21
                     scanner.Read(&stat.start_ticks) &&    // 22
                     scanner.Read(&stat.virtual_bytes) &&  // 23
                     scanner.Read(&stat.resident_pages);   // 24
  if (!whole) return std::nullopt;
  return stat;
}

std::optional<StatusFile> ParseStatusFile(std::string_view text) {
  StatusFile status;
  if (FindNumber(text, "VmSwap:", &status.swap_bytes)) status.swap_bytes *= kKilobyte;
  // They stand at the very end.
  const size_t at = text.rfind("\nvoluntary_ctxt_switches:");
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view tail = text.substr(at + 1);
  if (!FindNumber(tail, "voluntary_ctxt_switches:", &status.voluntary_switches) ||
      !FindNumber(tail, "nonvoluntary_ctxt_switches:", &status.nonvoluntary_switches)) {
    return std::nullopt;
  }
  return status;
}

// "Uid:	REAL	EFFECTIVE	SAVED	FILE SYSTEM"
std::optional<uint32_t> ParseUid(std::string_view status_text) {
  const size_t at = status_text.find("\nUid:");
  if (at == std::string_view::npos) return std::nullopt;
  NumberScanner scanner(status_text.substr(at + 5));
  uint32_t uid = 0;
  if (!scanner.Skip(1) || !scanner.Read(&uid)) return std::nullopt;
  return uid;
}

std::optional<IoFile> ParseIoFile(std::string_view text) {
  IoFile io;
  if (!FindNumber(text, "read_bytes:", &io.read_bytes) ||
      !FindNumber(text, "write_bytes:", &io.write_bytes)) {
    return std::nullopt;
  }
  return io;
}

std::optional<SmapsFile> ParseSmapsFile(std::string_view text) {
  SmapsFile smaps;
  if (!FindNumber(text, "Pss:", &smaps.proportional_bytes)) return std::nullopt;
  smaps.proportional_bytes *= kKilobyte;
  if (FindNumber(text, "SwapPss:", &smaps.proportional_swap_bytes)) {
    smaps.proportional_swap_bytes *= kKilobyte;
  }
  return smaps;
}

// "Max open files            1024                 524288               files"
std::optional<uint64_t> ParseOpenFilesLimit(std::string_view limits_text) {
  constexpr std::string_view kName = "Max open files";
  const size_t at = limits_text.find(kName);
  if (at == std::string_view::npos) return std::nullopt;
  NumberScanner scanner(limits_text.substr(at + kName.size()));
  std::string_view field;
  if (!scanner.Next(&field)) return std::nullopt;
  if (field == "unlimited") return UINT64_MAX;
  return base::ParseUint(field);
}

}  // namespace vedette::exporters::process
