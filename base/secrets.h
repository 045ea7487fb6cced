#ifndef VEDETTE_BASE_SECRETS_H_
#define VEDETTE_BASE_SECRETS_H_

#include <string>
#include <string_view>

#include "base/fs.h"
#include "base/status.h"

namespace vedette::base {

// A secret in memory: cannot be printed, compared in constant time, wiped when it dies.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(Secret&&) = default;
  Secret& operator=(Secret&&) = default;
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret();

  bool empty() const { return value_.empty(); }
  // For the one call that needs the text.
  const std::string& Reveal() const { return value_; }

 private:
  std::string value_;
};

bool ConstantTimeEquals(std::string_view a, std::string_view b);

// Reads the file now, so that rotation needs no restart; surrounding white space is cut.
// Errors name the file, never its content.
StatusOr<Secret> ReadSecretFile(FileSystem* fs, const std::string& path);

// $CREDENTIALS_DIRECTORY/NAME, or empty when there is no such directory or file.
std::string CredentialPath(FileSystem* fs, std::string_view name);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_SECRETS_H_
