#ifndef VEDETTE_EXPORTERS_NODE_MOUNTS_H_
#define VEDETTE_EXPORTERS_NODE_MOUNTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::exporters::node {

// One line of /proc/PID/mountinfo. A plain value.
struct Mount {
  std::string device;       // escapes as the kernel wrote them, as upstream shows them
  std::string mount_point;  // \040 and \011 undone, the others left, as upstream does
  std::string fs_type;
  std::string major;
  std::string minor;
  bool read_only = false;        // by the mount's own options or the file system's
  bool answers_at_once = false;  // MarkLocalMounts
};

// Nothing when the line does not have mountinfo's form.
std::optional<Mount> ParseMount(std::string_view line);

// All lines that have the form; the others are skipped.
std::vector<Mount> ParseMounts(std::string_view mountinfo);

// Marks the mounts that statfs(2) cannot hang at: of a file system that answers from memory, and
// with no other kind of file system on the way there. `mounts` are all that there are.
void MarkLocalMounts(std::vector<Mount>* mounts);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_MOUNTS_H_
