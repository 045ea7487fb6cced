#ifndef VEDETTE_EXPORTERS_PVE_COLLECTORS_H_
#define VEDETTE_EXPORTERS_PVE_COLLECTORS_H_

#include <span>

#include "base/status.h"
#include "exporters/pve/answers.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::pve {

// Which query parameter of a scrape switches a collector.
enum class Part { kCluster, kNode };

// One of upstream's collectors: the calls it needs, and the families that it makes of their
// answers. What it could make before an error stays; the error is that collector's alone.
struct CollectorSpec {
  const char* name;
  const char* help;
  Part part;
  void (*want)(Wanted* wanted);
  base::Status (*collect)(const Answers& answers, FamilySink* sink);
};

// The table of all of them, in upstream's order.
std::span<const CollectorSpec> AllCollectors();

// cluster_families.cc
base::Status CollectStatus(const Answers& answers, FamilySink* sink);
base::Status CollectVersion(const Answers& answers, FamilySink* sink);
base::Status CollectNodes(const Answers& answers, FamilySink* sink);
base::Status CollectCluster(const Answers& answers, FamilySink* sink);
base::Status CollectBackupInfo(const Answers& answers, FamilySink* sink);
base::Status CollectQdevice(const Answers& answers, FamilySink* sink);
// resource_families.cc
base::Status CollectResources(const Answers& answers, FamilySink* sink);
// node_families.cc
base::Status CollectGuestConfigs(const Answers& answers, FamilySink* sink);
base::Status CollectReplication(const Answers& answers, FamilySink* sink);
base::Status CollectSubscription(const Answers& answers, FamilySink* sink);

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_COLLECTORS_H_
