#include "exporters/node/family_table.h"

namespace vedette::exporters::node {

FamilyRef OpenFamily(const FamilySpec& spec, FamilySink* sink) {
  switch (spec.kind) {
    case Kind::kCounter:
      return sink->Counter(spec.name, spec.help);
    case Kind::kGauge:
      return sink->Gauge(spec.name, spec.help);
    case Kind::kUntyped:
      break;
  }
  return sink->Untyped(spec.name, spec.help);
}

std::vector<FamilyRef> OpenFamilies(std::span<const FamilySpec> specs, FamilySink* sink) {
  std::vector<FamilyRef> families;
  families.reserve(specs.size());
  for (const FamilySpec& spec : specs) families.push_back(OpenFamily(spec, sink));
  return families;
}

}  // namespace vedette::exporters::node
