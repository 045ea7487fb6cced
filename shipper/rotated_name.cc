#include "shipper/rotated_name.h"

#include <fnmatch.h>

#include "base/fs.h"
#include "base/strings.h"

namespace vedette::shipper {
namespace {

constexpr std::string_view kGzip = ".gz";
constexpr std::string_view kZstd = ".zst";
constexpr std::string_view kLog = ".log";
// What numbers and dates are made of.
constexpr std::string_view kRotation = "0123456789.-_:TZ";

bool Matches(const std::string& pattern, std::string_view name) {
  return fnmatch(pattern.c_str(), std::string(name).c_str(), 0) == 0;
}

std::string_view Unpacked(std::string_view name) {
  switch (PackingOf(name)) {
    case Packing::kGzip:
      return name.substr(0, name.size() - kGzip.size());
    case Packing::kZstd:
      return name.substr(0, name.size() - kZstd.size());
    case Packing::kPlain:
      break;
  }
  return name;
}

bool EndsInRotation(std::string_view name) {
  return !name.empty() && kRotation.find(name.back()) != std::string_view::npos;
}

}  // namespace

std::string_view FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? std::string_view("/") : path.substr(0, slash);
}

std::string_view BaseOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

Packing PackingOf(std::string_view name) {
  if (base::EndsWith(name, kGzip)) return Packing::kGzip;
  return base::EndsWith(name, kZstd) ? Packing::kZstd : Packing::kPlain;
}

bool IsRotatedForm(const std::string& pattern, std::string_view name) {
  if (Matches(pattern, name)) return false;
  name = Unpacked(name);
  if (Matches(pattern, name)) return true;
  while (EndsInRotation(name)) {
    name.remove_suffix(1);
    if (Matches(pattern, name)) return true;
  }
  return false;
}

std::string FamilyOf(std::string_view path) {
  std::string_view stem = Unpacked(BaseOf(path));
  for (size_t before = 0; before != stem.size();) {
    before = stem.size();
    while (EndsInRotation(stem)) stem.remove_suffix(1);
    if (base::EndsWith(stem, kLog)) stem.remove_suffix(kLog.size());
  }
  return base::JoinPath(FolderOf(path), stem);
}

}  // namespace vedette::shipper
