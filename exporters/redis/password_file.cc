#include "exporters/redis/password_file.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

constexpr size_t kMaxFileBytes = 4 << 20;

base::StatusOr<boost::json::object> ReadObject(const std::string& text) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  if (error) return base::InvalidArgument("not valid JSON: " + error.message());
  if (!value.is_object()) {
    return base::InvalidArgument("found another JSON value; allowed is an object of strings");
  }
  return value.get_object();
}

// "redis://host" with "user@" put in.
std::string WithUser(std::string_view uri, std::string_view user) {
  const size_t mark = uri.find("://");
  if (user.empty() || mark == std::string_view::npos) return std::string(uri);
  return base::Concat({uri.substr(0, mark + 3), user, "@", uri.substr(mark + 3)});
}

}  // namespace

base::StatusOr<PasswordFile> PasswordFile::Load(base::FileSystem* fs, const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(const base::FileInfo info, fs->Stat(path));
  if (info.size > kMaxFileBytes) {
    return base::InvalidArgument(path + ": larger than 4 MiB, which no password file is");
  }
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs->ReadFile(path));
  const auto object = ReadObject(text);
  if (!object.ok()) return base::Annotate(object.status(), path);
  PasswordFile file;
  for (const auto& item : *object) {
    const std::string_view key(item.key().data(), item.key().size());
    if (!item.value().is_string()) {
      return base::InvalidArgument(base::Concat(
          {path, ": ", std::to_string(file.size() + 1), ". password: found no string"}));
    }
    const boost::json::string& value = item.value().get_string();
    file.passwords_.insert_or_assign(std::string(key),
                                     base::Secret(std::string(value.data(), value.size())));
  }
  return file;
}

const base::Secret* PasswordFile::Find(const Address& address, std::string_view given,
                                       std::string_view user) const {
  for (const std::string& uri :
       {WithUser(given, user), address.UriOf(user), address.UriOf(user) + "/"}) {
    if (const base::Secret* password = FindUri(uri)) return password;
  }
  return nullptr;
}

const base::Secret* PasswordFile::FindUri(std::string_view uri) const {
  if (const auto exact = passwords_.find(uri); exact != passwords_.end()) return &exact->second;
  const base::Secret* best = nullptr;
  size_t best_size = 0;
  for (const auto& [key, password] : passwords_) {
    if (key.empty() || key.back() != '*' || key.size() <= best_size) continue;
    if (!base::StartsWith(uri, std::string_view(key).substr(0, key.size() - 1))) continue;
    best = &password;
    best_size = key.size();
  }
  return best;
}

}  // namespace vedette::exporters::redis
