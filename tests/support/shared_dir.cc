#include "tests/support/shared_dir.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/strings.h"

namespace vedette::test {

std::optional<std::string> SharedPath(std::string_view name) {
  const std::filesystem::path path =
      std::filesystem::path(VEDETTE_SOURCE_DIR) / ".." / "shared" / name;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  return std::filesystem::canonical(path).string();
}

std::optional<std::string> UnpackPeers(const std::string& dir, std::string_view name) {
  const auto unpack = SharedPath("peers/unpack");
  if (!unpack) return std::nullopt;
  const std::string command =
      "'" + *unpack + "' '" + dir + "' " + std::string(name) + " >/dev/null";
  if (std::system(command.c_str()) != 0) return std::nullopt;
  return dir + "/bin";
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

std::string SourcePath(std::string_view name) {
  return base::Concat({VEDETTE_SOURCE_DIR, "/", name});
}

}  // namespace vedette::test
