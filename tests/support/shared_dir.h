#ifndef VEDETTE_TESTS_SUPPORT_SHARED_DIR_H_
#define VEDETTE_TESTS_SUPPORT_SHARED_DIR_H_

#include <optional>
#include <string>
#include <string_view>

namespace vedette::test {

// The path of `name` ("reference/promql/corpora", "peers/unpack") in the reference material that
// may stand beside a checkout as ../shared, or nothing where it is absent.
std::optional<std::string> SharedPath(std::string_view name);

// Unpacks the peers' archive `name` ("prometheus", "exporters", ...) into `dir` and returns the
// folder of binaries, or nothing where the peers are absent.
std::optional<std::string> UnpackPeers(const std::string& dir, std::string_view name);

// The whole file, or empty.
std::string ReadWholeFile(const std::string& path);

// A file of this repository: "tests/testdata/x".
std::string SourcePath(std::string_view name);

}  // namespace vedette::test

// Use at the start of a test: skips it, saying so, where the material is absent.
#define VEDETTE_SHARED_OR_SKIP(variable, name)                                               \
  const auto variable##_optional = ::vedette::test::SharedPath(name);                        \
  if (!variable##_optional) GTEST_SKIP() << "no ../shared/" << (name) << " on this machine"; \
  const std::string& variable = *variable##_optional

#endif  // VEDETTE_TESTS_SUPPORT_SHARED_DIR_H_
