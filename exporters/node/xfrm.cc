// node_xfrm_* from /proc/net/xfrm_stat.
#include <algorithm>
#include <iterator>

#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

struct XfrmRow {
  std::string_view key;
  FamilySpec family;
};
constexpr XfrmRow kXfrmRows[] = {
    {"XfrmAcquireError",
     {"node_xfrm_acquire_error_packets_total", Kind::kCounter,
      "State hasn’t been fully acquired before use"}},
    {"XfrmFwdHdrError",
     {"node_xfrm_fwd_hdr_error_packets_total", Kind::kCounter,
      "Forward routing of a packet is not allowed"}},
    {"XfrmInBufferError",
     {"node_xfrm_in_buffer_error_packets_total", Kind::kCounter, "No buffer is left"}},
    {"XfrmInError",
     {"node_xfrm_in_error_packets_total", Kind::kCounter, "All errors not matched by other"}},
    {"XfrmInHdrError", {"node_xfrm_in_hdr_error_packets_total", Kind::kCounter, "Header error"}},
    {"XfrmInNoPols",
     {"node_xfrm_in_no_pols_packets_total", Kind::kCounter,
      "No policy is found for states e.g. Inbound SAs are correct but no SP is found"}},
    {"XfrmInNoStates",
     {"node_xfrm_in_no_states_packets_total", Kind::kCounter,
      "No state is found i.e. Either inbound SPI, address, or IPsec protocol at SA is wrong"}},
    {"XfrmInPolBlock", {"node_xfrm_in_pol_block_packets_total", Kind::kCounter, "Policy discards"}},
    {"XfrmInPolError", {"node_xfrm_in_pol_error_packets_total", Kind::kCounter, "Policy error"}},
    {"XfrmInStateExpired",
     {"node_xfrm_in_state_expired_packets_total", Kind::kCounter, "State is expired"}},
    {"XfrmInStateInvalid",
     {"node_xfrm_in_state_invalid_packets_total", Kind::kCounter, "State is invalid"}},
    {"XfrmInStateMismatch",
     {"node_xfrm_in_state_mismatch_packets_total", Kind::kCounter,
      "State has mismatch option e.g. UDP encapsulation type is mismatch"}},
    {"XfrmInStateModeError",
     {"node_xfrm_in_state_mode_error_packets_total", Kind::kCounter,
      "Transformation mode specific error"}},
    {"XfrmInStateProtoError",
     {"node_xfrm_in_state_proto_error_packets_total", Kind::kCounter,
      "Transformation protocol specific error e.g. SA key is wrong"}},
    {"XfrmInStateSeqError",
     {"node_xfrm_in_state_seq_error_packets_total", Kind::kCounter,
      "Sequence error i.e. Sequence number is out of window"}},
    {"XfrmInTmplMismatch",
     {"node_xfrm_in_tmpl_mismatch_packets_total", Kind::kCounter,
      "No matching template for states e.g. Inbound SAs are correct but SP rule is wrong"}},
    {"XfrmOutBundleCheckError",
     {"node_xfrm_out_bundle_check_error_packets_total", Kind::kCounter, "Bundle check error"}},
    {"XfrmOutBundleGenError",
     {"node_xfrm_out_bundle_gen_error_packets_total", Kind::kCounter, "Bundle generation error"}},
    {"XfrmOutError",
     {"node_xfrm_out_error_packets_total", Kind::kCounter,
      "All errors which is not matched others"}},
    {"XfrmOutNoStates",
     {"node_xfrm_out_no_states_packets_total", Kind::kCounter, "No state is found"}},
    {"XfrmOutPolBlock",
     {"node_xfrm_out_pol_block_packets_total", Kind::kCounter, "Policy discards"}},
    {"XfrmOutPolDead", {"node_xfrm_out_pol_dead_packets_total", Kind::kCounter, "Policy is dead"}},
    {"XfrmOutPolError", {"node_xfrm_out_pol_error_packets_total", Kind::kCounter, "Policy error"}},
    {"XfrmOutStateExpired",
     {"node_xfrm_out_state_expired_packets_total", Kind::kCounter, "State is expired"}},
    {"XfrmOutStateInvalid",
     {"node_xfrm_out_state_invalid_packets_total", Kind::kCounter,
      "State is invalid, perhaps expired"}},
    {"XfrmOutStateModeError",
     {"node_xfrm_out_state_mode_error_packets_total", Kind::kCounter,
      "Transformation mode specific error"}},
    {"XfrmOutStateProtoError",
     {"node_xfrm_out_state_proto_error_packets_total", Kind::kCounter,
      "Transformation protocol specific error"}},
    {"XfrmOutStateSeqError",
     {"node_xfrm_out_state_seq_error_packets_total", Kind::kCounter,
      "Sequence error i.e. Sequence number overflow"}},
};

class Xfrm final : public Collector {
 public:
  explicit Xfrm(const Paths& paths) : path_(paths.Proc("net/xfrm_stat")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto text = file_.Read(path_);
    if (!text.ok()) return AbsentIsNoData(text.status());
    LineScanner lines(*text);
    std::string_view line;
    while (lines.Next(&line)) VEDETTE_RETURN_IF_ERROR(AddLine(line, sink));
    return base::Status();
  }

 private:
  base::Status AddLine(std::string_view line, FamilySink* sink) const {
    FieldScanner fields(line);
    std::string_view key;
    uint64_t packets = 0;
    if (!fields.Next(&key)) return base::Status();
    if (!fields.NextUint(&packets)) return Malformed(path_, "expected NAME NUMBER", line);
    const auto row = std::find_if(std::begin(kXfrmRows), std::end(kXfrmRows),
                                  [key](const XfrmRow& known) { return known.key == key; });
    if (row == std::end(kXfrmRows)) return base::Status();  // a newer kernel's
    OpenFamily(row->family, sink).Add(static_cast<double>(packets));
    return base::Status();
  }

  const std::string path_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeXfrm(const CollectorContext& context) {
  return std::make_unique<Xfrm>(context.options->paths);
}

}  // namespace vedette::exporters::node
