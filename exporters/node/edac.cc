// node_edac_* from /sys/devices/system/edac/mc.
#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

constexpr NumberAttribute kController[] = {
    {"ce_count", "node_edac_correctable_errors_total", "Total correctable memory errors.", 1, true},
    {"ue_count", "node_edac_uncorrectable_errors_total", "Total uncorrectable memory errors.", 1,
     true},
};
constexpr char kRowCorrectable[] = "node_edac_csrow_correctable_errors_total";
constexpr char kRowUncorrectable[] = "node_edac_csrow_uncorrectable_errors_total";
constexpr char kRowCorrectableHelp[] = "Total correctable memory errors for this csrow.";
constexpr char kRowUncorrectableHelp[] = "Total uncorrectable memory errors for this csrow.";
// Errors of which the controller does not know the row.
constexpr NumberAttribute kNoRow[] = {
    {"ce_noinfo_count", kRowCorrectable, kRowCorrectableHelp, 1, true},
    {"ue_noinfo_count", kRowUncorrectable, kRowUncorrectableHelp, 1, true},
};
constexpr NumberAttribute kRow[] = {
    {"ce_count", kRowCorrectable, kRowCorrectableHelp, 1, true},
    {"ue_count", kRowUncorrectable, kRowUncorrectableHelp, 1, true},
};

class Edac final : public Collector {
 public:
  explicit Edac(const Paths& paths) : root_(paths.Sys("devices/system/edac/mc")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto controllers = ListFolder(
        root_, [](std::string_view name) { return NumberAfter(name, "mc").has_value(); });
    if (!controllers.ok()) return base::Status();  // memory without ECC is no failure
    for (const std::string& controller : *controllers) {
      VEDETTE_RETURN_IF_ERROR(AddController(controller, sink));
    }
    return base::Status();
  }

 private:
  base::Status AddController(const std::string& name, FamilySink* sink) {
    const std::string folder = base::Concat({root_, "/", name, "/"});
    const std::string_view number = std::string_view(name).substr(2);
    const LabelRef labels[] = {{"controller", number}};
    VEDETTE_RETURN_IF_ERROR(AttributeFamilies(kController, sink).AddAll(folder, labels, &reader_));
    const LabelRef unknown[] = {{"controller", number}, {"csrow", "unknown"}};
    VEDETTE_RETURN_IF_ERROR(AttributeFamilies(kNoRow, sink).AddAll(folder, unknown, &reader_));
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> rows,
                             ListFolder(folder, [](std::string_view row) {
                               return NumberAfter(row, "csrow").has_value();
                             }));
    AttributeFamilies families(kRow, sink);
    for (const std::string& row : rows) {
      const LabelRef row_labels[] = {{"controller", number},
                                     {"csrow", std::string_view(row).substr(5)}};
      VEDETTE_RETURN_IF_ERROR(
          families.AddAll(base::Concat({folder, row, "/"}), row_labels, &reader_));
    }
    return base::Status();
  }

  const std::string root_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeEdac(const CollectorContext& context) {
  return std::make_unique<Edac>(context.options->paths);
}

}  // namespace vedette::exporters::node
