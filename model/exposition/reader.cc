#include "model/exposition/reader.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/codec/bytes.h"
#include "base/number_text.h"
#include "model/exposition/nhcb_reader.h"
#include "model/exposition/parser.h"
#include "model/exposition/protobuf_reader.h"

namespace vedette::model::exposition {

std::unique_ptr<Reader> NewReader(std::string_view input, Format format,
                                  const ReaderOptions& options) {
  if (format == Format::kProtobuf) return std::make_unique<ProtobufReader>(input, options);
  auto text = std::make_unique<Parser>(input, format, options);
  if (!options.convert_classic) return text;
  return std::make_unique<NhcbReader>(std::move(text), options.keep_classic);
}

uint64_t KnownLine::HashOf(std::string_view text) { return base::Hash64(text); }

base::StatusOr<bool> Reader::NextIf(const KnownLine&) { return false; }

std::string OpenMetricsFloat(double v) {
  std::string out;
  base::AppendFloatG(v, &out);
  if (std::isfinite(v) && out.find_first_of("e.") == out.npos) out += ".0";
  return out;
}

std::optional<std::string_view> BuildUnique(
    std::vector<std::pair<std::string_view, std::string_view>>* pairs, Labels* out,
    std::vector<std::string>* empty) {
  std::sort(pairs->begin(), pairs->end());
  if (empty != nullptr) {
    empty->clear();
    for (const auto& [name, value] : *pairs) {
      if (value.empty()) empty->emplace_back(name);
    }
  }
  for (size_t i = 1; i < pairs->size(); ++i) {
    if ((*pairs)[i].first == (*pairs)[i - 1].first) return (*pairs)[i].first;
  }
  *out = Labels::FromViews(*pairs);
  return std::nullopt;
}

}  // namespace vedette::model::exposition
