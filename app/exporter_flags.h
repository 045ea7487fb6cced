#ifndef VEDETTE_APP_EXPORTER_FLAGS_H_
#define VEDETTE_APP_EXPORTER_FLAGS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/status.h"
#include "exporters/runtime/exporter.h"
#include "exporters/runtime/flag.h"

namespace CLI {
class App;
}

namespace vedette::app {

// One exporter on the command line: its own flags under upstream's names and those of its page.
// Outlives the parsing; not thread-safe.
class ExporterFlags {
 public:
  virtual ~ExporterFlags() = default;

  // Fails naming the flag, or the file, that is wrong.
  virtual base::StatusOr<std::unique_ptr<exporters::Exporter>> Make(
      const exporters::Environment& environment) const = 0;

  // Where the service that the exporter asks was found on this host, "" where it was not; what the
  // flags name counts as found. Cheap enough to be asked each minute.
  virtual std::string Detect(base::FileSystem* fs) const = 0;
  // Makes the exporter ask what Detect found. The flags go before it.
  virtual void Aim(std::string_view found) = 0;

  std::vector<std::string> Listen(std::string_view default_address) const;
  const std::string& web_config_file() const { return web_config_file_; }
  // What the page's flags say of it; the rest of `environment` stands.
  void Set(exporters::Environment* environment) const;

 protected:
  // Every flag's name gets `prefix` in front; "" for an exporter that stands alone.
  void AddWebFlags(CLI::App* verb, const std::string& prefix, std::string_view default_address);

 private:
  std::vector<std::string> listen_;
  std::string web_config_file_;
  std::string telemetry_path_ = "/metrics";
  int max_requests_ = 40;
  bool disable_exporter_metrics_ = false;
};

// A flag as app registers it, whatever the options it sets.
struct ExporterFlag {
  std::string name;  // with its prefix
  std::string help;
  std::string default_value;
  std::string env;
  bool is_switch = false;
  bool is_hidden = false;
  std::function<base::Status(std::string_view value)> set;
};
void AddFlag(CLI::App* verb, const ExporterFlag& flag, const std::string& group);

// The flags of one kind of exporter. `Kind` names its Options, its Exporter, and has static
// functions Flags, Detect and Aim (exporters.cc).
template <typename Kind>
class FlagsOf final : public ExporterFlags {
 public:
  FlagsOf(CLI::App* verb, const std::string& prefix, const std::string& group,
          std::string_view default_address) {
    for (const auto& flag : Kind::Flags()) {
      const bool has_prefix = flag.name.compare(0, prefix.size(), prefix) == 0;
      AddFlag(verb,
              ExporterFlag{
                  has_prefix ? flag.name : prefix + flag.name, flag.help, flag.default_value,
                  flag.env, flag.is_switch, flag.is_hidden,
                  [this, set = flag.set](std::string_view value) { return set(&options_, value); }},
              group);
    }
    AddWebFlags(verb, prefix, default_address);
  }

  base::StatusOr<std::unique_ptr<exporters::Exporter>> Make(
      const exporters::Environment& environment) const override {
    VEDETTE_ASSIGN_OR_RETURN(auto made, Kind::Exporter::Make(options_, environment));
    return std::unique_ptr<exporters::Exporter>(std::move(made));
  }
  std::string Detect(base::FileSystem* fs) const override { return Kind::Detect(options_, fs); }
  void Aim(std::string_view found) override { Kind::Aim(&options_, found); }

 private:
  typename Kind::Options options_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_EXPORTER_FLAGS_H_
