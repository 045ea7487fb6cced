// node_sysctl_* from the files of /proc/sys that the flags name.
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/metric_name.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// "fs.file-nr:total,current,max": a sysctl, and what its numbers are called where they have names.
struct SysctlRequest {
  std::string name;
  std::string path;
  std::vector<std::string> keys;
  bool is_numeric = true;
};

SysctlRequest ParseRequest(const Paths& paths, const std::string& text, bool is_numeric) {
  SysctlRequest request;
  request.is_numeric = is_numeric;
  const size_t colon = text.find(':');
  request.name = text.substr(0, colon);
  if (colon != std::string::npos) {
    for (const std::string_view key : base::Split(std::string_view(text).substr(colon + 1), ',')) {
      request.keys.emplace_back(key);
    }
  }
  std::string file = request.name;
  for (char& c : file) c = c == '.' ? '/' : c;
  request.path = paths.Proc("sys/" + file);
  return request;
}

class Sysctl final : public Collector {
 public:
  explicit Sysctl(const NodeOptions& options) {
    for (const std::string& text : options.sysctl.include) {
      requests_.push_back(ParseRequest(options.paths, text, true));
    }
    for (const std::string& text : options.sysctl.include_info) {
      requests_.push_back(ParseRequest(options.paths, text, false));
    }
  }

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    for (const SysctlRequest& request : requests_) {
      VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(request.path));
      SplitFields(base::Trim(text), &fields_);
      VEDETTE_RETURN_IF_ERROR(Check(request, text));
      VEDETTE_RETURN_IF_ERROR(request.is_numeric ? AddNumbers(request, sink)
                                                 : AddInfo(request, sink));
    }
    return base::Status();
  }

 private:
  base::Status Check(const SysctlRequest& request, std::string_view text) const {
    if (fields_.empty()) return Malformed(request.path, "expected a value", text);
    if (request.keys.empty()) return base::Status();
    if (!request.is_numeric) {
      return base::InvalidArgument("--collector.sysctl.include-info: " + request.name +
                                   ": found names of values; allowed is a sysctl alone");
    }
    if (fields_.size() == request.keys.size()) return base::Status();
    return Malformed(request.path,
                     base::Concat({"expected ", std::to_string(request.keys.size()), " values"}),
                     text);
  }

  base::Status AddNumbers(const SysctlRequest& request, FamilySink* sink) const {
    const std::string name = "node_sysctl_" + ToMetricName(request.name);
    const std::string help = "sysctl " + request.name;
    for (size_t i = 0; i < fields_.size(); ++i) {
      const std::optional<int64_t> number = base::ParseInt(fields_[i]);
      if (!number) return Malformed(request.path, "expected a number", fields_[i]);
      const auto value = static_cast<double>(*number);
      const std::string index = std::to_string(i);
      if (!request.keys.empty()) {
        sink->Untyped(base::Concat({name, "_", request.keys[i]}),
                      base::Concat({help, ", field ", index}))
            .Add(value);
      } else if (fields_.size() == 1) {
        sink->Untyped(name, help).Add(value);
      } else {
        sink->Untyped(name, help).Add(value, {{"index", index}});
      }
    }
    return base::Status();
  }

  base::Status AddInfo(const SysctlRequest& request, FamilySink* sink) const {
    FamilyRef info = sink->Gauge("node_sysctl_info", "sysctl info");
    for (size_t i = 0; i < fields_.size(); ++i) {
      info.Add(1, {{"index", std::to_string(i)}, {"name", request.name}, {"value", fields_[i]}});
    }
    return base::Status();
  }

  std::vector<SysctlRequest> requests_;
  SourceFile file_;
  std::vector<std::string_view> fields_;
};

}  // namespace

MadeCollector MakeSysctl(const CollectorContext& context) {
  return std::make_unique<Sysctl>(*context.options);
}

}  // namespace vedette::exporters::node
