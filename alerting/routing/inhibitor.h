#ifndef VEDETTE_ALERTING_ROUTING_INHIBITOR_H_
#define VEDETTE_ALERTING_ROUTING_INHIBITOR_H_

#include <map>
#include <string>
#include <vector>

#include "alerting/routing/config.h"
#include "model/labels.h"

namespace vedette::routing {

// Says which alerts are muted by which others at one moment. Built anew from the alerts that fire;
// one thread.
class Inhibitor {
 public:
  // Borrows both: they outlive this.
  Inhibitor(const std::vector<InhibitSpec>& rules, const std::vector<const model::Labels*>& firing);

  // Fingerprints (hex) of the alerts that mute one with these labels; empty: it is not muted.
  std::vector<std::string> MutedBy(const model::Labels& target) const;

 private:
  struct Source {
    const model::Labels* labels;
    bool is_target_too;
  };
  // Sources of one rule by the values of its `equal` labels.
  using Sources = std::map<std::vector<std::string>, std::vector<Source>>;

  const std::vector<InhibitSpec>& rules_;
  std::vector<Sources> sources_;  // one a rule
};

}  // namespace vedette::routing

#endif  // VEDETTE_ALERTING_ROUTING_INHIBITOR_H_
