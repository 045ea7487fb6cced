#ifndef VEDETTE_EXPORTERS_PROCESS_COUNTS_H_
#define VEDETTE_EXPORTERS_PROCESS_COUNTS_H_

#include <algorithm>

namespace vedette::exporters::process {

// What a process, a thread or a group has used up. A plain value.
struct Counts {
  double user_seconds = 0;
  double system_seconds = 0;
  double read_bytes = 0;
  double write_bytes = 0;
  double major_faults = 0;
  double minor_faults = 0;
  double voluntary_switches = 0;
  double nonvoluntary_switches = 0;

  void Add(const Counts& other) {
    ForEach(other, [](double* mine, double theirs) { *mine += theirs; });
  }

  // What came on top of `before`. A counter that fell, as one that could not be read for once, came
  // to nothing.
  Counts Since(const Counts& before) const {
    Counts delta = *this;
    delta.ForEach(before, [](double* now, double then) { *now = std::max(0.0, *now - then); });
    return delta;
  }

 private:
  template <typename F>
  void ForEach(const Counts& other, F f) {
    f(&user_seconds, other.user_seconds);
    f(&system_seconds, other.system_seconds);
    f(&read_bytes, other.read_bytes);
    f(&write_bytes, other.write_bytes);
    f(&major_faults, other.major_faults);
    f(&minor_faults, other.minor_faults);
    f(&voluntary_switches, other.voluntary_switches);
    f(&nonvoluntary_switches, other.nonvoluntary_switches);
  }
};

// How many threads of control are in which state.
struct States {
  double running = 0;
  double sleeping = 0;
  double waiting = 0;
  double zombie = 0;
  double other = 0;

  void Count(char state) {
    switch (state) {
      case 'R':
        ++running;
        break;
      case 'S':
        ++sleeping;
        break;
      case 'D':
        ++waiting;
        break;
      case 'Z':
        ++zombie;
        break;
      default:
        ++other;
    }
  }
  void Add(const States& more) {
    running += more.running;
    sleeping += more.sleeping;
    waiting += more.waiting;
    zombie += more.zombie;
    other += more.other;
  }
};

}  // namespace vedette::exporters::process

#endif  // VEDETTE_EXPORTERS_PROCESS_COUNTS_H_
