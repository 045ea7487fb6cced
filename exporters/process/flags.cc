#include "exporters/process/flags.h"

namespace vedette::exporters::process {

std::vector<Flag<ProcessOptions>> ProcessFlags() {
  using Options = ProcessOptions;
  const Options defaults;
  return {
      TextFlag<Options>(
          "procfs", "Where procfs is mounted", defaults.procfs,
          [](Options * o) -> auto& { return o->procfs; }),
      TextFlag<Options>(
          "config.path",
          "YAML file with process_names; without it and without names every process "
          "is grouped by its name",
          "", [](Options * o) -> auto& { return o->config_path; }),
      TextFlag<Options>(
          "procnames", "Names of processes to show, parted by commas", "",
          [](Options * o) -> auto& { return o->proc_names; }),
      TextFlag<Options>(
          "namemapping",
          "Names and patterns in turn, parted by commas: what the pattern catches of "
          "the command line is added to the name",
          "", [](Options * o) -> auto& { return o->name_mapping; }),
      SwitchFlag<Options>(
          "children", "Count children that are in no group of their own to their parent's",
          defaults.children, [](Options * o) -> auto& { return o->children; }),
      SwitchFlag<Options>(
          "threads", "Show threads by their names", defaults.threads,
          [](Options * o) -> auto& { return o->threads; }),
      SwitchFlag<Options>(
          "gather-smaps", "Show proportional memory, from smaps_rollup", defaults.gather_smaps,
          [](Options * o) -> auto& { return o->gather_smaps; }),
      SwitchFlag<Options>(
          "recheck", "Ask for the names of processes again at each scrape", defaults.recheck,
          [](Options * o) -> auto& { return o->recheck; }),
      TimeFlag<Options>(
          "recheck-with-time-limit",
          "Ask again for the names of processes, but only this long after their "
          "start; zero: as recheck says",
          "0s", [](Options * o) -> auto& { return o->recheck_time_limit; }),
      SwitchFlag<Options>(
          "remove-empty-groups", "Forget groups that have no process any more",
          defaults.remove_empty_groups,
          [](Options * o) -> auto& { return o->remove_empty_groups; }),
  };
}

}  // namespace vedette::exporters::process
