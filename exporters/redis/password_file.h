#ifndef VEDETTE_EXPORTERS_REDIS_PASSWORD_FILE_H_
#define VEDETTE_EXPORTERS_REDIS_PASSWORD_FILE_H_

#include <map>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "base/secrets.h"
#include "base/status.h"
#include "exporters/redis/address.h"

namespace vedette::exporters::redis {

// The file of --redis.password-file: a JSON object of addresses, "redis://host:6379" or
// "redis://user@host:6379", and their passwords. An address that ends in "*" stands for all that
// begin so; the longest wins, and one that is named whole wins over all. Immutable once loaded.
class PasswordFile {
 public:
  PasswordFile() = default;

  // Errors name the file and what is wrong with it, never a password.
  static base::StatusOr<PasswordFile> Load(base::FileSystem* fs, const std::string& path);

  // The password for `user` (may be empty) at `address`, or null. `given` is the address as the
  // user wrote it, without user and password: files name it so.
  const base::Secret* Find(const Address& address, std::string_view given,
                           std::string_view user) const;
  size_t size() const { return passwords_.size(); }

 private:
  const base::Secret* FindUri(std::string_view uri) const;

  std::map<std::string, base::Secret, std::less<>> passwords_;
};

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_PASSWORD_FILE_H_
