// node_timex_* from adjtimex(2).
#include <sys/timex.h>

#include <cerrno>

#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

constexpr double kMicrosPerUnit = 1e6;
constexpr double kNanosPerUnit = 1e9;
// Frequencies are parts per million with a 16 bit fraction.
constexpr double kPpm = 1e6 * 65536;

class Timex final : public Collector {
 public:
  base::Status Collect(const Scrape&, FamilySink* sink) override {
    timex t{};
    const int state = ::adjtimex(&t);
    if (state < 0) {
      if (errno == EPERM) return NoData("adjtimex is not permitted");
      return base::FromErrno(errno, "adjtimex");
    }
    const auto gauge = [sink](const char* name, const char* help, double value) {
      sink->Gauge(name, help).Add(value);
    };
    const double unit = (t.status & STA_NANO) != 0 ? kNanosPerUnit : kMicrosPerUnit;
    gauge("node_timex_sync_status", "Is clock synchronized to a reliable server (1 = yes, 0 = no).",
          state == TIME_ERROR ? 0 : 1);
    gauge("node_timex_offset_seconds", "Time offset in between local system and reference clock.",
          static_cast<double>(t.offset) / unit);
    gauge("node_timex_frequency_adjustment_ratio", "Local clock frequency adjustment.",
          1 + static_cast<double>(t.freq) / kPpm);
    gauge("node_timex_maxerror_seconds", "Maximum error in seconds.",
          static_cast<double>(t.maxerror) / kMicrosPerUnit);
    gauge("node_timex_estimated_error_seconds", "Estimated error in seconds.",
          static_cast<double>(t.esterror) / kMicrosPerUnit);
    gauge("node_timex_status", "Value of the status array bits.", t.status);
    gauge("node_timex_loop_time_constant", "Phase-locked loop time constant.",
          static_cast<double>(t.constant));
    gauge("node_timex_tick_seconds", "Seconds between clock ticks.",
          static_cast<double>(t.tick) / kMicrosPerUnit);
    gauge("node_timex_tai_offset_seconds", "International Atomic Time (TAI) offset.", t.tai);
    AddPulse(t, unit, sink);
    return base::Status();
  }

 private:
  // What a pulse per second source tells, where one is attached.
  static void AddPulse(const timex& t, double unit, FamilySink* sink) {
    sink->Gauge("node_timex_pps_frequency_hertz", "Pulse per second frequency.")
        .Add(static_cast<double>(t.ppsfreq) / kPpm);
    sink->Gauge("node_timex_pps_jitter_seconds", "Pulse per second jitter.")
        .Add(static_cast<double>(t.jitter) / unit);
    sink->Gauge("node_timex_pps_shift_seconds", "Pulse per second interval duration.").Add(t.shift);
    sink->Gauge("node_timex_pps_stability_hertz",
                "Pulse per second stability, average of recent frequency changes.")
        .Add(static_cast<double>(t.stabil) / kPpm);
    sink->Counter("node_timex_pps_jitter_total",
                  "Pulse per second count of jitter limit exceeded events.")
        .Add(static_cast<double>(t.jitcnt));
    sink->Counter("node_timex_pps_calibration_total",
                  "Pulse per second count of calibration intervals.")
        .Add(static_cast<double>(t.calcnt));
    sink->Counter("node_timex_pps_error_total", "Pulse per second count of calibration errors.")
        .Add(static_cast<double>(t.errcnt));
    sink->Counter("node_timex_pps_stability_exceeded_total",
                  "Pulse per second count of stability limit exceeded events.")
        .Add(static_cast<double>(t.stbcnt));
  }
};

}  // namespace

MadeCollector MakeTimex(const CollectorContext&) { return std::make_unique<Timex>(); }

}  // namespace vedette::exporters::node
