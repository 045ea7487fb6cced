#ifndef VEDETTE_EXPORTERS_NODE_FAMILY_TABLE_H_
#define VEDETTE_EXPORTERS_NODE_FAMILY_TABLE_H_

#include <span>
#include <vector>

#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::node {

enum class Kind { kCounter, kGauge, kUntyped };

// A family as a collector's table states it. A constant.
struct FamilySpec {
  const char* name;
  Kind kind;
  const char* help;
};

FamilyRef OpenFamily(const FamilySpec& spec, FamilySink* sink);

// One handle a row, in the table's order. A family that gets no value is not exposed, so that a
// collector opens all it may need.
std::vector<FamilyRef> OpenFamilies(std::span<const FamilySpec> specs, FamilySink* sink);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_FAMILY_TABLE_H_
