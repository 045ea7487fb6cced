#ifndef VEDETTE_APP_COLLECTOR_H_
#define VEDETTE_APP_COLLECTOR_H_

#include <atomic>
#include <memory>
#include <string>

#include "app/collector_options.h"
#include "app/collector_parts.h"
#include "app/world.h"
#include "base/http/router.h"
#include "base/http/server.h"
#include "base/mutex.h"
#include "collector/api/status_view.h"

namespace vedette::app {

// The collector role: its parts behind one server on several addresses. One thread makes, watches
// and stops it; reloading may be asked for by any.
class Collector final : public api::Lifecycle {
 public:
  Collector(const World& world, CollectorOptions options)
      : world_(world), options_(std::move(options)) {}

  // Reads the files, opens the stores, listens, then scrapes and evaluates. InvalidArgument names
  // file, line and field.
  base::Status Start();
  // Reads the files again and puts them to work whole; a bad one leaves everything as it was, is
  // logged and is the error.
  base::Status ReloadConfig() override VEDETTE_EXCLUDES(work_mutex_);
  void Reload() { (void)ReloadConfig(); }
  void Quit() override;
  bool Healthy() VEDETTE_EXCLUDES(work_mutex_);
  void Stop();

 private:
  base::Status StartServer(const CollectorConfig& config);
  void RegisterOwnRoutes();
  void SayWhereWeListen();

  const World world_;
  const CollectorOptions options_;
  std::atomic<bool> ready_{false};
  base::Mutex work_mutex_;  // held while the parts are reloaded or maintained
  base::http::Router router_;
  std::unique_ptr<CollectorParts> parts_;
  std::unique_ptr<base::http::Server> server_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_COLLECTOR_H_
