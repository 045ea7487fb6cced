#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

// Upstream has `processes` off; the product counts processes on every host.
constexpr CollectorSpec kCollectors[] = {
    {"cpu", true, &MakeCpu},
    {"diskstats", true, &MakeDiskstats},
    {"filesystem", true, &MakeFilesystem},
    {"loadavg", true, &MakeLoadavg},
    {"meminfo", true, &MakeMeminfo},
    {"netdev", true, &MakeNetdev},
    {"pressure", true, &MakePressure},
    {"processes", true, &MakeProcesses},
    {"stat", true, &MakeStat},
    {"time", true, &MakeTime},
    {"uname", true, &MakeUname},
};

}  // namespace

std::span<const CollectorSpec> AllCollectors() { return kCollectors; }

}  // namespace vedette::exporters::node
