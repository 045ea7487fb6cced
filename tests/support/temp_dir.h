#ifndef VEDETTE_TESTS_SUPPORT_TEMP_DIR_H_
#define VEDETTE_TESTS_SUPPORT_TEMP_DIR_H_

#include <string>
#include <string_view>

namespace vedette::test {

// A fresh folder, removed with all that is in it when the test ends.
class TempDir {
 public:
  TempDir() : TempDir("") {}
  // In `parent`; "" for the usual place.
  explicit TempDir(const std::string& parent);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string Join(std::string_view name) const { return path_ + "/" + std::string(name); }
  // Writes a file in it and returns its path.
  std::string Write(std::string_view name, std::string_view content) const;

 private:
  std::string path_;
};

// A folder in memory with room for some thousand files, for tests that care for no disk; "", the
// usual place, where the machine has none.
std::string MemoryFolder();

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_TEMP_DIR_H_
