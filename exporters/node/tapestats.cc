// node_tape_* from /sys/class/scsi_tape.
#include <algorithm>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

struct TapeRow {
  const char* file;
  FamilySpec family;
  bool is_nanos;
};
constexpr TapeRow kTapeRows[] = {
    {"in_flight",
     {"node_tape_io_now", Kind::kGauge, "The number of I/Os currently outstanding to this device."},
     false},
    {"io_ns",
     {"node_tape_io_time_seconds_total", Kind::kCounter,
      "The amount of time spent waiting for all I/O to complete (including read and write). This "
      "includes tape movement commands such as seeking between file or set marks and implicit tape "
      "movement such as when rewind on close tape devices are used."},
     true},
    {"other_cnt",
     {"node_tape_io_others_total", Kind::kCounter,
      "The number of I/Os issued to the tape drive other than read or write commands. The time "
      "taken to complete these commands uses the following calculation "
      "io_time_seconds_total-read_time_seconds_total-write_time_seconds_total"},
     false},
    {"read_byte_cnt",
     {"node_tape_read_bytes_total", Kind::kCounter,
      "The number of bytes read from the tape drive."},
     false},
    {"read_cnt",
     {"node_tape_reads_completed_total", Kind::kCounter,
      "The number of read requests issued to the tape drive."},
     false},
    {"read_ns",
     {"node_tape_read_time_seconds_total", Kind::kCounter,
      "The amount of time spent waiting for read requests to complete."},
     true},
    {"resid_cnt",
     {"node_tape_residual_total", Kind::kCounter,
      "The number of times during a read or write we found the residual amount to be non-zero. "
      "This should mean that a program is issuing a read larger thean the block size on tape. For "
      "write not all data made it to tape."},
     false},
    {"write_byte_cnt",
     {"node_tape_written_bytes_total", Kind::kCounter,
      "The number of bytes written to the tape drive."},
     false},
    {"write_cnt",
     {"node_tape_writes_completed_total", Kind::kCounter,
      "The number of write requests issued to the tape drive."},
     false},
    {"write_ns",
     {"node_tape_write_time_seconds_total", Kind::kCounter,
      "The amount of time spent waiting for write requests to complete."},
     true},
};

// "st0", but not its other names "nst0" and "st0a".
bool IsTape(std::string_view name) {
  return base::StartsWith(name, "st") && base::ParseUint(name.substr(2)).has_value();
}

class Tapestats final : public Collector {
 public:
  Tapestats(const Paths& paths, DeviceFilter filter)
      : folder_(paths.Sys("class/scsi_tape")), filter_(std::move(filter)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto tapes = ListFolder(folder_, &IsTape);
    if (!tapes.ok()) return AbsentIsNoData(tapes.status());
    std::vector<FamilyRef> families;
    for (const TapeRow& row : kTapeRows) families.push_back(OpenFamily(row.family, sink));
    for (const std::string& tape : *tapes) {
      if (!filter_.Ignores(tape)) VEDETTE_RETURN_IF_ERROR(AddTape(tape, &families));
    }
    return base::Status();
  }

 private:
  // Upstream multiplies nanoseconds by this; dividing by 1e9 differs in the last bit.
  static constexpr double kNano = 0.000000001;

  base::Status AddTape(const std::string& tape, std::vector<FamilyRef>* families) {
    for (size_t i = 0; i < families->size(); ++i) {
      VEDETTE_ASSIGN_OR_RETURN(
          const uint64_t number,
          file_.ReadUint(base::Concat({folder_, "/", tape, "/stats/", kTapeRows[i].file})));
      const auto value = static_cast<double>(number);
      (*families)[i].Add(kTapeRows[i].is_nanos ? value * kNano : value, {{"device", tape}});
    }
    return base::Status();
  }

  const std::string folder_;
  const DeviceFilter filter_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeTapestats(const CollectorContext& context) {
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter filter,
                           DeviceFilter::MakeExclude(context.options->tapestats.ignored_devices,
                                                     "collector.tapestats.ignored-devices"));
  return std::make_unique<Tapestats>(context.options->paths, std::move(filter));
}

}  // namespace vedette::exporters::node
