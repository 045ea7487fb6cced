#include "exporters/postgres/sources.h"

#include "base/secrets.h"
#include "base/strings.h"

namespace vedette::exporters::postgres {
namespace {

base::StatusOr<std::string> ValueOrFile(const std::string& value, const std::string& file,
                                        base::FileSystem* fs) {
  if (file.empty()) return value;
  VEDETTE_ASSIGN_OR_RETURN(const base::Secret secret, base::ReadSecretFile(fs, file));
  return secret.Reveal();
}

base::StatusOr<std::vector<DataSource>> ParseNames(std::string_view names) {
  std::vector<DataSource> sources;
  for (const std::string& text : SplitDataSources(names)) {
    auto source = DataSource::Parse(text);
    if (!source.ok()) {
      return base::Annotate(source.status(),
                            base::Concat({"data source ", std::to_string(sources.size() + 1)}));
    }
    sources.push_back(*std::move(source));
  }
  return sources;
}

}  // namespace

base::StatusOr<std::vector<DataSource>> ResolveSources(const PostgresOptions::Source& options,
                                                       base::FileSystem* fs) {
  if (!options.name.empty()) return ParseNames(options.name);
  VEDETTE_ASSIGN_OR_RETURN(const std::string uri, ValueOrFile(options.uri, options.uri_file, fs));
  if (uri.empty()) return std::vector<DataSource>();
  VEDETTE_ASSIGN_OR_RETURN(const std::string user,
                           ValueOrFile(options.user, options.user_file, fs));
  VEDETTE_ASSIGN_OR_RETURN(const std::string pass,
                           ValueOrFile(options.pass, options.pass_file, fs));
  VEDETTE_ASSIGN_OR_RETURN(DataSource source, DataSource::ParseTarget(uri));
  if (!user.empty()) source.Set("user", user);
  if (!pass.empty()) source.Set("password", pass);
  return std::vector<DataSource>{std::move(source)};
}

}  // namespace vedette::exporters::postgres
