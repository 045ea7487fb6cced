#include "exporters/node/options.h"

#include "base/fs.h"
#include "base/strings.h"

namespace vedette::exporters::node {

const char kDefaultDiskExclude[] = R"(^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$)";
const char kDefaultMountPointsExclude[] =
    R"(^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/))";
const char kDefaultFsTypesExclude[] =
    "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|"
    "mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|"
    "tracefs)$";

const char kDefaultNetstatFields[] =
    "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|"
    "TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|"
    "Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|"
    "Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$";
const char kDefaultVmstatFields[] = "^(oom_kill|pgpg|pswp|pg.*fault).*";
const char kDefaultUnitExclude[] = R"(.+\.(automount|device|mount|scope|slice))";

std::string Paths::Proc(std::string_view name) const { return base::JoinPath(procfs, name); }
std::string Paths::Sys(std::string_view name) const { return base::JoinPath(sysfs, name); }
std::string Paths::Udev(std::string_view name) const { return base::JoinPath(udev_data, name); }

std::string Paths::Root(std::string_view mount_point) const {
  return rootfs == "/" ? std::string(mount_point) : base::Concat({rootfs, mount_point});
}

std::string_view Paths::StripRoot(std::string_view path) const {
  if (rootfs == "/" || !base::StartsWith(path, rootfs)) return path;
  path.remove_prefix(rootfs.size());
  return path.empty() ? "/" : path;
}

}  // namespace vedette::exporters::node
