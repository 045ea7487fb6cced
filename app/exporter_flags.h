#ifndef VEDETTE_APP_EXPORTER_FLAGS_H_
#define VEDETTE_APP_EXPORTER_FLAGS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/status.h"
#include "exporters/runtime/exporter.h"
#include "exporters/runtime/flag.h"
#include "exporters/runtime/scrape_limits.h"

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
  // Whether systemd hands over the sockets to listen on, instead of Listen().
  bool takes_systemd_sockets() const { return systemd_sockets_; }
  // What the page's flags say of it; the rest of `environment` stands.
  void Set(exporters::Environment* environment) const;

 protected:
  // Every flag's name gets `prefix` in front; "" for an exporter that stands alone.
  void AddWebFlags(CLI::App* verb, const std::string& prefix, const std::string& group,
                   std::string_view default_address);

 private:
  std::vector<std::string> listen_;
  std::string web_config_file_;
  std::string telemetry_path_ = "/metrics";
  int max_requests_ = 40;
  bool disable_exporter_metrics_ = false;
  bool systemd_sockets_ = false;
  exporters::ScrapeLimits limits_;
};

// Registers a flag with `verb`; `set` is given each value.
void AddFlag(CLI::App* verb, const exporters::FlagText& flag,
             std::function<base::Status(std::string_view value)> set, const std::string& group);

// The flags of one kind of exporter. `Kind` names its Options, its Exporter, and has static
// functions Flags, Detect and Aim (exporters.cc).
template <typename Kind>
class FlagsOf final : public ExporterFlags {
 public:
  FlagsOf(CLI::App* verb, const std::string& prefix, const std::string& group,
          std::string_view default_address) {
    for (const auto& flag : Kind::Flags()) {
      exporters::FlagText text = flag;
      if (text.name.compare(0, prefix.size(), prefix) != 0) text.name.insert(0, prefix);
      AddFlag(
          verb, text,
          [this, set = flag.set](std::string_view value) { return set(&options_, value); }, group);
    }
    AddWebFlags(verb, prefix, group, default_address);
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
