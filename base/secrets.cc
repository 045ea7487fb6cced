#include "base/secrets.h"

#include <string.h>

#include <cstdlib>

#include "base/strings.h"

namespace vedette::base {
namespace {

void Wipe(std::string* text) {
  text->resize(text->capacity());
  explicit_bzero(text->data(), text->size());
  text->clear();
}

}  // namespace

Secret::~Secret() { Wipe(&value_); }

bool ConstantTimeEquals(std::string_view a, std::string_view b) {
  // The length may leak, the content may not.
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

StatusOr<Secret> ReadSecretFile(FileSystem* fs, const std::string& path) {
  auto content = fs->ReadFile(path);
  if (!content.ok()) return Annotate(content.status(), "read secret");
  Secret secret{std::string(Trim(*content))};
  Wipe(&*content);
  if (secret.empty()) return InvalidArgument(Concat({"secret file ", path, " is empty"}));
  return secret;
}

std::string CredentialPath(FileSystem* fs, std::string_view name) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder == '\0') return {};
  std::string path = JoinPath(folder, name);
  return fs->Exists(path) ? path : std::string();
}

}  // namespace vedette::base
