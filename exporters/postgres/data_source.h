#ifndef VEDETTE_EXPORTERS_POSTGRES_DATA_SOURCE_H_
#define VEDETTE_EXPORTERS_POSTGRES_DATA_SOURCE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::postgres {

// Where to connect and as whom: libpq's keywords with their values. Holds the password; of what it
// gives only params() and Get("password") show it. A plain value.
class DataSource {
 public:
  // Takes what libpq takes: "postgresql://USER:PASSWORD@HOST:PORT/DATABASE?KEY=VALUE" and
  // "host=HOST password='a b'". Keywords that only Go's driver knows are left out; those that
  // neither knows are settings of the session. No error repeats the text: it may hold a password.
  static base::StatusOr<DataSource> Parse(std::string_view text);
  // As Parse, and "HOST:PORT/DATABASE" too: what /probe gets as its target.
  static base::StatusOr<DataSource> ParseTarget(std::string_view text);

  const std::vector<std::pair<std::string, std::string>>& params() const { return params_; }
  std::string_view Get(std::string_view keyword) const;  // "" where it is not set
  void Set(std::string_view keyword, std::string_view value);
  void SetDefault(std::string_view keyword, std::string_view value);
  // Any keyword that a connection string may have; "" for `value` counts too.
  void SetAny(std::string_view keyword, std::string_view value);

  // "HOST:PORT", the label by which the exporter names a server.
  std::string ServerLabel() const;
  // The database connected to; libpq takes the user's name where none is given.
  std::string_view Database() const;
  // The same server and user, another database.
  DataSource WithDatabase(std::string_view database) const;

 private:
  std::vector<std::pair<std::string, std::string>> params_;
};

// Several data sources in one text, parted by commas. A comma within one (libpq takes several
// hosts) does not part: what follows it does not begin a connection string.
std::vector<std::string> SplitDataSources(std::string_view text);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_DATA_SOURCE_H_
