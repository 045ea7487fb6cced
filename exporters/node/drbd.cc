// node_drbd_* from /proc/drbd (DRBD 8).
#include <algorithm>
#include <iterator>
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// A number of the file, such as ns:17324442, and what one of it is.
struct NumberRow {
  std::string_view key;
  double unit;
  FamilySpec family;
};
constexpr NumberRow kDrbdNumbers[] = {
    {"ns",
     1024,
     {"node_drbd_network_sent_bytes_total", Kind::kCounter,
      "Total number of bytes sent via the network."}},
    {"nr",
     1,
     {"node_drbd_network_received_bytes_total", Kind::kCounter,
      "Total number of bytes received via the network."}},
    {"dw",
     1024,
     {"node_drbd_disk_written_bytes_total", Kind::kCounter,
      "Net data written on local hard disk; in bytes."}},
    {"dr",
     1024,
     {"node_drbd_disk_read_bytes_total", Kind::kCounter,
      "Net data read from local hard disk; in bytes."}},
    {"al",
     1,
     {"node_drbd_activitylog_writes_total", Kind::kCounter,
      "Number of updates of the activity log area of the meta data."}},
    {"bm",
     1,
     {"node_drbd_bitmap_writes_total", Kind::kCounter,
      "Number of updates of the bitmap area of the meta data."}},
    {"lo",
     1,
     {"node_drbd_local_pending", Kind::kGauge,
      "Number of open requests to the local I/O sub-system."}},
    {"pe",
     1,
     {"node_drbd_remote_pending", Kind::kGauge,
      "Number of requests sent to the peer, but that have not yet been answered by the latter."}},
    {"ua",
     1,
     {"node_drbd_remote_unacknowledged", Kind::kGauge,
      "Number of requests received by the peer via the network connection, but that have not yet "
      "been answered."}},
    {"ap",
     1,
     {"node_drbd_application_pending", Kind::kGauge,
      "Number of block I/O requests forwarded to DRBD, but not yet answered by DRBD."}},
    {"ep", 1, {"node_drbd_epochs", Kind::kGauge, "Number of Epochs currently on the fly."}},
    {"oos",
     1024,
     {"node_drbd_out_of_sync_bytes", Kind::kGauge,
      "Amount of data known to be out of sync; in bytes."}},
};

// A state of both sides, such as ro:Primary/Secondary, and the one that counts as 1.
struct PairRow {
  std::string_view key;
  std::string_view good;
  FamilySpec family;
};
constexpr PairRow kPairs[] = {
    {"ro",
     "Primary",
     {"node_drbd_node_role_is_primary", Kind::kGauge,
      "Whether the role of the node is in the primary state."}},
    {"ds",
     "UpToDate",
     {"node_drbd_disk_state_is_up_to_date", Kind::kGauge,
      "Whether the disk of the node is up to date."}},
};
constexpr FamilySpec kConnected = {"node_drbd_connected", Kind::kGauge,
                                   "Whether DRBD is connected to the peer."};

template <typename Rows>
auto Find(const Rows& rows, std::string_view key) {
  return std::find_if(std::begin(rows), std::end(rows),
                      [key](const auto& row) { return row.key == key; });
}

class Drbd final : public Collector {
 public:
  explicit Drbd(const Paths& paths) : path_(paths.Proc("drbd")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto text = file_.Read(path_);
    if (!text.ok()) return AbsentIsNoData(text.status());
    std::string device = "unknown";
    LineScanner lines(*text);
    std::string_view line;
    while (lines.Next(&line)) {
      FieldScanner words(line);
      std::string_view word;
      while (words.Next(&word)) VEDETTE_RETURN_IF_ERROR(AddWord(word, &device, sink));
    }
    return base::Status();
  }

 private:
  // "KEY:VALUE", or "MINOR:" where a device begins. Other words say nothing to us.
  base::Status AddWord(std::string_view word, std::string* device, FamilySink* sink) const {
    const size_t colon = word.find(':');
    if (colon == std::string_view::npos || colon != word.rfind(':')) return base::Status();
    const std::string_view key = word.substr(0, colon);
    const std::string_view value = word.substr(colon + 1);
    if (value.empty() && base::ParseUint(key)) {
      *device = base::Concat({"drbd", key});
    } else if (key == "cs") {
      OpenFamily(kConnected, sink).Add(value == "Connected" ? 1 : 0, {{"device", *device}});
    } else if (const auto number = Find(kDrbdNumbers, key); number != std::end(kDrbdNumbers)) {
      const std::optional<double> parsed = base::ParseDouble(value);
      if (!parsed) return Malformed(path_, "expected a number", word);
      OpenFamily(number->family, sink).Add(*parsed * number->unit, {{"device", *device}});
    } else if (const auto pair = Find(kPairs, key); pair != std::end(kPairs)) {
      return AddPair(*pair, word, value, *device, sink);
    }
    return base::Status();
  }

  base::Status AddPair(const PairRow& row, std::string_view word, std::string_view value,
                       const std::string& device, FamilySink* sink) const {
    const size_t slash = value.find('/');
    if (slash == std::string_view::npos) return Malformed(path_, "expected LOCAL/REMOTE", word);
    FamilyRef family = OpenFamily(row.family, sink);
    family.Add(value.substr(0, slash) == row.good ? 1 : 0, {{"device", device}, {"node", "local"}});
    family.Add(value.substr(slash + 1) == row.good ? 1 : 0,
               {{"device", device}, {"node", "remote"}});
    return base::Status();
  }

  const std::string path_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeDrbd(const CollectorContext& context) {
  return std::make_unique<Drbd>(context.options->paths);
}

}  // namespace vedette::exporters::node
