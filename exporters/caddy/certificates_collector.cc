// When certificates end: those in Caddy's data folder, of its PKI, and those that a TLS handshake
// shows.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "base/http/message.h"
#include "base/strings.h"
#include "exporters/caddy/certificate_store.h"
#include "exporters/caddy/collectors.h"
#include "exporters/caddy/pki_answer.h"
#include "exporters/caddy/tls_probe.h"

namespace vedette::exporters::caddy {
namespace {

constexpr uint64_t kMaxPkiBytes = 1 << 20;
constexpr std::chrono::seconds kHandshakeTimeout{2};
// A handshake costs both sides a millisecond: its certificate is kept for a while.
constexpr int64_t kKeepNanos = 300ll * 1'000'000'000;

std::vector<std::string> DefaultStorages() {
  std::vector<std::string> out;
  if (const char* data = std::getenv("XDG_DATA_HOME")) out.push_back(std::string(data) + "/caddy");
  if (const char* home = std::getenv("HOME")) {
    out.push_back(std::string(home) + "/.local/share/caddy");
  }
  out.emplace_back("/var/lib/caddy/.local/share/caddy");
  return out;
}

class Certificates final : public Collector {
 public:
  Certificates(const CollectorContext& context, std::vector<ProbeTarget> targets)
      : context_(context), store_(context.fs) {
    for (ProbeTarget& target : targets) probes_.push_back({std::move(target), {}, {}, 0});
  }

  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    sites_.clear();
    authorities_.clear();
    const base::Status stored = ReadStorage();
    const base::Status told = AskAuthorities(scrape);
    const base::Status shown = Probe(scrape);
    AddFamilies(sink);
    if (!shown.ok()) return shown;
    if (!told.ok()) return told;
    // Where handshakes tell, the folder is not needed.
    if (absl::IsNotFound(stored)) {
      return probes_.empty() && authorities_.empty() ? NoData(base::Message(stored))
                                                     : base::Status();
    }
    return stored;
  }

 private:
  struct Probed {
    ProbeTarget target;
    std::optional<Certificate> certificate;
    base::Status status;
    int64_t taken_mono_ns = 0;
  };

  base::Status ReadStorage() {
    if (!context_.options->storage.empty()) {
      return store_.Read(context_.options->storage, &sites_, &authorities_);
    }
    if (const auto facts = context_.config->Get(); facts && !facts->storage.empty()) {
      return store_.Read(facts->storage, &sites_, &authorities_);
    }
    base::Status status = base::NotFound("Caddy's data folder was not found (--caddy.storage)");
    for (const std::string& root : DefaultStorages()) {
      const base::Status read = store_.Read(root, &sites_, &authorities_);
      if (read.ok()) return read;
      if (!absl::IsNotFound(read)) status = read;
    }
    return status;
  }

  // Of the authorities that the configuration names and the folder did not show. Others are not
  // asked for: Caddy would make them.
  base::Status AskAuthorities(const Scrape& scrape) {
    const auto facts = context_.config->Get();
    if (!facts) return base::Status();
    base::Status first;
    for (const std::string& id : facts->authorities) {
      const bool is_known = std::any_of(authorities_.begin(), authorities_.end(),
                                        [&id](const auto& known) { return known.id == id; });
      if (is_known) continue;
      const base::Status status = AskAuthority(id, scrape);
      if (first.ok()) first = status;
    }
    return first;
  }

  base::Status AskAuthority(const std::string& id, const Scrape& scrape) {
    VEDETTE_ASSIGN_OR_RETURN(
        const std::string text,
        context_.admin->Get("/pki/ca/" + base::http::PercentEncode(id), scrape, kMaxPkiBytes));
    VEDETTE_ASSIGN_OR_RETURN(const PkiAnswer answer, ReadPkiAnswer(text));
    VEDETTE_ASSIGN_OR_RETURN(const Certificate root, ReadCertificate(answer.root));
    VEDETTE_ASSIGN_OR_RETURN(const Certificate intermediate, ReadCertificate(answer.intermediate));
    authorities_.push_back({id, "root", root});
    authorities_.push_back({id, "intermediate", intermediate});
    return base::Status();
  }

  base::Status Probe(const Scrape& scrape) {
    base::Status first;
    for (Probed& probe : probes_) {
      const int64_t now = context_.clock->MonotonicNanos();
      const bool is_fresh = probe.certificate && now - probe.taken_mono_ns < kKeepNanos;
      if (!is_fresh) Take(scrape, now, &probe);
      if (first.ok() && !probe.status.ok()) {
        first = base::Annotate(probe.status, probe.target.name);
      }
    }
    return first;
  }

  void Take(const Scrape& scrape, int64_t now, Probed* probe) {
    const std::chrono::milliseconds left(scrape.RemainingNanos() / 1'000'000);
    auto taken = TakeCertificate(probe->target,
                                 std::min<std::chrono::milliseconds>(left, kHandshakeTimeout));
    probe->status = taken.status();
    probe->certificate.reset();
    if (!taken.ok()) return;
    probe->certificate = *std::move(taken);
    probe->taken_mono_ns = now;
  }

  void AddFamilies(FamilySink* sink) const {
    FamilyRef after = sink->Gauge("caddy_certificate_not_after_timestamp_seconds",
                                  "When a certificate ends, in Unix time.");
    FamilyRef before = sink->Gauge("caddy_certificate_not_before_timestamp_seconds",
                                   "When a certificate begins, in Unix time.");
    const auto add = [&](const std::string& name, const std::string& issuer, const char* source,
                         const Certificate& certificate) {
      const LabelRef labels[] = {{"issuer", issuer}, {"name", name}, {"source", source}};
      after.Add(static_cast<double>(certificate.not_after), labels);
      before.Add(static_cast<double>(certificate.not_before), labels);
    };
    for (const CertificateStore::Site& site : sites_) {
      add(site.name, site.issuer, "storage", site.certificate);
    }
    FamilyRef shown = sink->Gauge("caddy_certificate_handshake_success",
                                  "Whether a TLS handshake showed a certificate for the name.");
    for (const Probed& probe : probes_) {
      shown.Add(probe.certificate ? 1 : 0, {{"name", probe.target.name}});
      if (!probe.certificate) continue;
      add(probe.target.name, probe.certificate->issuer, "handshake", *probe.certificate);
    }
    FamilyRef ca = sink->Gauge("caddy_pki_certificate_not_after_timestamp_seconds",
                               "When a certificate of Caddy's own authorities ends, in Unix time.");
    for (const CertificateStore::Authority& authority : authorities_) {
      ca.Add(static_cast<double>(authority.certificate.not_after),
             {{"ca", authority.id}, {"certificate", authority.kind}});
    }
  }

  const CollectorContext context_;
  CertificateStore store_;
  std::vector<Probed> probes_;
  std::vector<CertificateStore::Site> sites_;
  std::vector<CertificateStore::Authority> authorities_;
};

}  // namespace

MadeCollector MakeCertificates(const CollectorContext& context) {
  std::vector<ProbeTarget> targets;
  for (const std::string& text : context.options->handshakes) {
    VEDETTE_ASSIGN_OR_RETURN(ProbeTarget target, ParseProbeTarget(text));
    targets.push_back(std::move(target));
  }
  return std::make_unique<Certificates>(context, std::move(targets));
}

}  // namespace vedette::exporters::caddy
