// node_mountstats_nfs_* from /proc/self/mountstats: what each NFS mount of this machine counted.
#include <algorithm>
#include <iterator>
#include <set>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/nfs_mount.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// In the order of the line "bytes:".
constexpr FamilySpec kBytes[] = {
    {"node_mountstats_nfs_read_bytes_total", Kind::kCounter,
     "Number of bytes read using the read() syscall."},
    {"node_mountstats_nfs_write_bytes_total", Kind::kCounter,
     "Number of bytes written using the write() syscall."},
    {"node_mountstats_nfs_direct_read_bytes_total", Kind::kCounter,
     "Number of bytes read using the read() syscall in O_DIRECT mode."},
    {"node_mountstats_nfs_direct_write_bytes_total", Kind::kCounter,
     "Number of bytes written using the write() syscall in O_DIRECT mode."},
    {"node_mountstats_nfs_total_read_bytes_total", Kind::kCounter,
     "Number of bytes read from the NFS server, in total."},
    {"node_mountstats_nfs_total_write_bytes_total", Kind::kCounter,
     "Number of bytes written to the NFS server, in total."},
    {"node_mountstats_nfs_read_pages_total", Kind::kCounter,
     "Number of pages read directly via mmap()'d files."},
    {"node_mountstats_nfs_write_pages_total", Kind::kCounter,
     "Number of pages written directly via mmap()'d files."},
};

// In the order of the line "events:"; the kernel's congestion wait is not exposed.
constexpr FamilySpec kEvents[] = {
    {"node_mountstats_nfs_event_inode_revalidate_total", Kind::kCounter,
     "Number of times cached inode attributes are re-validated from the server."},
    {"node_mountstats_nfs_event_dnode_revalidate_total", Kind::kCounter,
     "Number of times cached dentry nodes are re-validated from the server."},
    {"node_mountstats_nfs_event_data_invalidate_total", Kind::kCounter,
     "Number of times an inode cache is cleared."},
    {"node_mountstats_nfs_event_attribute_invalidate_total", Kind::kCounter,
     "Number of times cached inode attributes are invalidated."},
    {"node_mountstats_nfs_event_vfs_open_total", Kind::kCounter,
     "Number of times cached inode attributes are invalidated."},
    {"node_mountstats_nfs_event_vfs_lookup_total", Kind::kCounter,
     "Number of times a directory lookup has occurred."},
    {"node_mountstats_nfs_event_vfs_access_total", Kind::kCounter,
     "Number of times permissions have been checked."},
    {"node_mountstats_nfs_event_vfs_update_page_total", Kind::kCounter,
     "Number of updates (and potential writes) to pages."},
    {"node_mountstats_nfs_event_vfs_read_page_total", Kind::kCounter,
     "Number of pages read directly via mmap()'d files."},
    {"node_mountstats_nfs_event_vfs_read_pages_total", Kind::kCounter,
     "Number of times a group of pages have been read."},
    {"node_mountstats_nfs_event_vfs_write_page_total", Kind::kCounter,
     "Number of pages written directly via mmap()'d files."},
    {"node_mountstats_nfs_event_vfs_write_pages_total", Kind::kCounter,
     "Number of times a group of pages have been written."},
    {"node_mountstats_nfs_event_vfs_getdents_total", Kind::kCounter,
     "Number of times directory entries have been read with getdents()."},
    {"node_mountstats_nfs_event_vfs_setattr_total", Kind::kCounter,
     "Number of times directory entries have been read with getdents()."},
    {"node_mountstats_nfs_event_vfs_flush_total", Kind::kCounter,
     "Number of pending writes that have been forcefully flushed to the server."},
    {"node_mountstats_nfs_event_vfs_fsync_total", Kind::kCounter,
     "Number of times fsync() has been called on directories and files."},
    {"node_mountstats_nfs_event_vfs_lock_total", Kind::kCounter,
     "Number of times locking has been attempted on a file."},
    {"node_mountstats_nfs_event_vfs_file_release_total", Kind::kCounter,
     "Number of times files have been closed and released."},
    {nullptr, Kind::kCounter, nullptr},
    {"node_mountstats_nfs_event_truncation_total", Kind::kCounter,
     "Number of times files have been truncated."},
    {"node_mountstats_nfs_event_write_extension_total", Kind::kCounter,
     "Number of times a file has been grown due to writes beyond its existing end."},
    {"node_mountstats_nfs_event_silly_rename_total", Kind::kCounter,
     "Number of times a file was removed while still open by another process."},
    {"node_mountstats_nfs_event_short_read_total", Kind::kCounter,
     "Number of times the NFS server gave less data than expected while reading."},
    {"node_mountstats_nfs_event_short_write_total", Kind::kCounter,
     "Number of times the NFS server wrote less data than expected while writing."},
    {"node_mountstats_nfs_event_jukebox_delay_total", Kind::kCounter,
     "Number of times the NFS server indicated EJUKEBOX; retrieving data from offline storage."},
    {"node_mountstats_nfs_event_pnfs_read_total", Kind::kCounter,
     "Number of NFS v4.1+ pNFS reads."},
    {"node_mountstats_nfs_event_pnfs_write_total", Kind::kCounter,
     "Number of NFS v4.1+ pNFS writes."},
};

// In the order of an operation's line.
constexpr FamilySpec kOperations[] = {
    {"node_mountstats_nfs_operations_requests_total", Kind::kCounter,
     "Number of requests performed for a given operation."},
    {"node_mountstats_nfs_operations_transmissions_total", Kind::kCounter,
     "Number of times an actual RPC request has been transmitted for a given operation."},
    {"node_mountstats_nfs_operations_major_timeouts_total", Kind::kCounter,
     "Number of times a request has had a major timeout for a given operation."},
    {"node_mountstats_nfs_operations_sent_bytes_total", Kind::kCounter,
     "Number of bytes sent for a given operation, including RPC headers and payload."},
    {"node_mountstats_nfs_operations_received_bytes_total", Kind::kCounter,
     "Number of bytes received for a given operation, including RPC headers and payload."},
    {"node_mountstats_nfs_operations_queue_time_seconds_total", Kind::kCounter,
     "Duration all requests spent queued for transmission for a given operation before they were "
     "sent, in seconds."},
    {"node_mountstats_nfs_operations_response_time_seconds_total", Kind::kCounter,
     "Duration all requests took to get a reply back after a request for a given operation was "
     "transmitted, in seconds."},
    {"node_mountstats_nfs_operations_request_time_seconds_total", Kind::kCounter,
     "Duration all requests took from when a request was enqueued to when it was completely "
     "handled for a given operation, in seconds."},
};

// In the order of NfsTransport::values.
constexpr FamilySpec kTransport[] = {
    {"node_mountstats_nfs_transport_bind_total", Kind::kCounter,
     "Number of times the client has had to establish a connection from scratch to the NFS "
     "server."},
    {"node_mountstats_nfs_transport_connect_total", Kind::kCounter,
     "Number of times the client has made a TCP connection to the NFS server."},
    {"node_mountstats_nfs_transport_idle_time_seconds", Kind::kGauge,
     "Duration since the NFS mount last saw any RPC traffic, in seconds."},
    {"node_mountstats_nfs_transport_sends_total", Kind::kCounter,
     "Number of RPC requests for this mount sent to the NFS server."},
    {"node_mountstats_nfs_transport_receives_total", Kind::kCounter,
     "Number of RPC responses for this mount received from the NFS server."},
    {"node_mountstats_nfs_transport_bad_transaction_ids_total", Kind::kCounter,
     "Number of times the NFS server sent a response with a transaction ID unknown to this "
     "client."},
    {"node_mountstats_nfs_transport_backlog_queue_total", Kind::kCounter,
     "Total number of items added to the RPC backlog queue."},
    {"node_mountstats_nfs_transport_maximum_rpc_slots", Kind::kGauge,
     "Maximum number of simultaneously active RPC requests ever used."},
    {"node_mountstats_nfs_transport_sending_queue_total", Kind::kCounter,
     "Total number of items added to the RPC transmission sending queue."},
    {"node_mountstats_nfs_transport_pending_queue_total", Kind::kCounter,
     "Total number of items added to the RPC transmission pending queue."},
};
constexpr FamilySpec kAge = {"node_mountstats_nfs_age_seconds_total", Kind::kCounter,
                             "The age of the NFS mount in seconds."};

// The labels that all series of a mount carry.
struct MountLabels {
  std::string_view device;
  std::string_view address;
  std::string_view protocol;
};

void Expose(const MountLabels& mount, std::span<const FamilySpec> specs,
            std::span<const double> values, std::initializer_list<LabelRef> more,
            FamilySink* sink) {
  std::vector<LabelRef> labels = {
      {"export", mount.device}, {"mountaddr", mount.address}, {"protocol", mount.protocol}};
  labels.insert(labels.end(), more);
  for (size_t i = 0; i < std::min(specs.size(), values.size()); ++i) {
    if (specs[i].name != nullptr) OpenFamily(specs[i], sink).Add(values[i], labels);
  }
}

class Mountstats final : public Collector {
 public:
  explicit Mountstats(const Paths& paths)
      : stats_path_(paths.Proc("self/mountstats")), info_path_(paths.Proc("self/mountinfo")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, stats_.Read(stats_path_));
    auto mounts = ParseNfsMounts(text);
    if (!mounts.ok()) return base::Annotate(mounts.status(), stats_path_);
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view info, info_.Read(info_path_));
    const std::vector<std::string_view> addresses = ServerAddresses(info);
    std::set<std::string> seen;
    for (const NfsMount& mount : *mounts) {
      if (mount.transports.empty()) continue;
      MountLabels labels{mount.device, "", mount.transports.front().protocol};
      if (mount.place < addresses.size()) labels.address = addresses[mount.place];
      // Mounts of one export share what the kernel counts: the first stands for all.
      const std::string key =
          base::Concat({labels.device, "\n", labels.protocol, "\n", labels.address});
      if (seen.insert(key).second) ExposeMount(mount, labels, sink);
    }
    return base::Status();
  }

 private:
  static void ExposeMount(const NfsMount& mount, const MountLabels& labels, FamilySink* sink) {
    Expose(labels, {&kAge, 1}, {&mount.age_seconds, 1}, {}, sink);
    Expose(labels, kBytes, mount.bytes, {}, sink);
    Expose(labels, kEvents, mount.events, {}, sink);
    for (size_t i = 0; i < mount.transports.size(); ++i) {
      Expose(labels, kTransport, mount.transports[i].values, {{"transport", std::to_string(i)}},
             sink);
    }
    for (const NfsOperation& operation : mount.operations) {
      Expose(labels, kOperations, operation.values, {{"operation", operation.name}}, sink);
    }
  }

  const std::string stats_path_;
  const std::string info_path_;
  SourceFile stats_;
  SourceFile info_;
};

}  // namespace

MadeCollector MakeMountstats(const CollectorContext& context) {
  return std::make_unique<Mountstats>(context.options->paths);
}

}  // namespace vedette::exporters::node
