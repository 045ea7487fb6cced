// node_entropy_* from /proc/sys/kernel/random.
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

struct EntropyRow {
  const char* file;
  FamilySpec family;
};
constexpr EntropyRow kEntropyRows[] = {
    {"entropy_avail", {"node_entropy_available_bits", Kind::kGauge, "Bits of available entropy."}},
    {"poolsize", {"node_entropy_pool_size_bits", Kind::kGauge, "Bits of entropy pool."}},
};

class Entropy final : public Collector {
 public:
  explicit Entropy(const Paths& paths) : folder_(paths.Proc("sys/kernel/random/")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    for (size_t i = 0; i < std::size(kEntropyRows); ++i) {
      VEDETTE_ASSIGN_OR_RETURN(const uint64_t bits,
                               files_[i].ReadUint(folder_ + kEntropyRows[i].file));
      OpenFamily(kEntropyRows[i].family, sink).Add(static_cast<double>(bits));
    }
    return base::Status();
  }

 private:
  const std::string folder_;
  SourceFile files_[std::size(kEntropyRows)];
};

}  // namespace

MadeCollector MakeEntropy(const CollectorContext& context) {
  return std::make_unique<Entropy>(context.options->paths);
}

}  // namespace vedette::exporters::node
