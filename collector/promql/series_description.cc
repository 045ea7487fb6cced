#include "collector/promql/series_description.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/strings.h"
#include "collector/promql/histogram_math.h"
#include "collector/promql/parse_metric.h"
#include "collector/promql/position.h"
#include "collector/promql/series_lexer.h"
#include "model/sample.h"

namespace vedette::promql {
namespace {

using Item = SeriesDescription::Item;
using Kind = SeriesTokenKind;

constexpr std::string_view kValues = "series values";
constexpr std::string_view kDescription = "histogram description";

// Reads the values of one series. A production that fails has set the error and answers false.
class ValuesReader {
 public:
  ValuesReader(std::string_view text, size_t start) : text_(text), lexer_(text, start) {}

  base::Status Read(std::vector<Item>* items) {
    items_ = items;
    Advance();
    while (Is(Kind::kSpace)) {
      Advance();
      if (Is(Kind::kEnd)) break;
      if (!ReadItem()) return status_;
    }
    if (!Is(Kind::kEnd)) Unexpected({});
    return status_;
  }

 private:
  bool ReadItem() {
    if (Is(Kind::kOpenHistogram)) return ReadHistograms();
    if (Is(Kind::kBlank)) {
      Advance();
      uint64_t times = 1;
      if (Is(Kind::kTimes) && !ReadTimes(&times)) return false;
      return Repeat(times, [](uint64_t) { return Item{}; });
    }
    double value = 0;
    if (!ReadValue(&value)) return false;
    double step = 0;
    if (Is(Kind::kAdd) || Is(Kind::kSub)) {
      if (!ReadSigned(&step)) return false;
      if (!Is(Kind::kTimes)) return Unexpected(kValues);
    }
    uint64_t times = 0;
    if (Is(Kind::kTimes) && !ReadTimes(&times)) return false;
    // Once more for time 0; the rounding errors of the sum are upstream's.
    if (!HasRoom(times)) return false;
    return Repeat(times + 1, [&](uint64_t) {
      const Item item{true, value};
      value += step;
      return item;
    });
  }

  bool ReadValue(double* value) {
    if (Is(Kind::kIdentifier)) {
      if (token_.text != "stale") return Unexpected(kValues, "number or \"stale\"");
      *value = model::StaleNan();
      Advance();
      return true;
    }
    return ReadSigned(value);
  }

  // A number with or without a sign.
  bool ReadSigned(double* value) {
    const bool negative = Is(Kind::kSub);
    if (negative || Is(Kind::kAdd)) Advance();
    if (!ReadNumber(value)) return false;
    if (negative) *value = -*value;
    return true;
  }

  bool ReadNumber(double* value) {
    if (!Is(Kind::kNumber)) return Unexpected(kValues);
    std::string digits;
    for (const char c : token_.text) {
      if (c != '_') digits.push_back(c);
    }
    const auto parsed = base::ParseDouble(digits);
    if (!parsed) {
      return Fail(token_.pos, "error parsing number: strconv.ParseFloat: parsing " +
                                  base::GoQuote(token_.text) + ": invalid syntax");
    }
    *value = *parsed;
    Advance();
    return true;
  }

  bool ReadTimes(uint64_t* times) {
    Advance();  // x
    if (!Is(Kind::kNumber)) return Unexpected(kValues);
    const auto parsed = base::ParseUint(token_.text);
    if (!parsed) {
      return Fail(token_.pos, "invalid repetition in series values: strconv.ParseUint: parsing " +
                                  base::GoQuote(token_.text) + ": invalid syntax");
    }
    times_pos_ = token_.pos;
    *times = *parsed;
    Advance();
    return true;
  }

  template <typename Next>
  bool Repeat(uint64_t times, Next next) {
    if (!HasRoom(times)) return false;
    for (uint64_t i = 0; i < times; ++i) items_->push_back(next(i));
    return true;
  }

  bool HasRoom(uint64_t times) {
    if (times <= SeriesDescription::kMaxItems - items_->size()) return true;
    return Fail(token_.pos, "the series has more than " +
                                std::to_string(SeriesDescription::kMaxItems) + " values");
  }

  bool ReadHistograms() {
    model::Histogram first;
    if (!ReadHistogram(&first)) return false;
    std::optional<model::Histogram> step;
    const bool subtract = Is(Kind::kSub);
    if (subtract || Is(Kind::kAdd)) {
      Advance();
      if (!Is(Kind::kOpenHistogram)) return Unexpected(kValues);
      if (!ReadHistogram(&step.emplace())) return false;
      if (!Is(Kind::kTimes)) return Unexpected(kValues);
    }
    uint64_t times = 0;
    if (Is(Kind::kTimes) && !ReadTimes(&times)) return false;
    return PushHistograms(std::move(first), step, subtract, times);
  }

  bool PushHistograms(model::Histogram first, const std::optional<model::Histogram>& step,
                      bool subtract, uint64_t times) {
    if (!HasRoom(times) || !HasRoom(times + 1)) return false;
    auto current = std::make_shared<const model::Histogram>(std::move(first));
    items_->push_back({true, 0, current});
    for (uint64_t i = 0; i < times; ++i) {
      if (step) {
        if (current->schema > step->schema) {
          return Fail(times_pos_, base::Concat({"error combining histograms: cannot merge from "
                                                "schema ",
                                                std::to_string(step->schema), " to ",
                                                std::to_string(current->schema)}));
        }
        auto next = std::make_shared<model::Histogram>(*current);
        (subtract ? Subtract : Add)(*step, MergeRules::k314, next.get());
        current = std::move(next);
      }
      items_->push_back({true, 0, current});
    }
    return true;
  }

  bool ReadHistogram(model::Histogram* h) {
    h->is_float = true;
    keys_.clear();
    int32_t offset = 0;
    int32_t negative_offset = 0;
    Advance();  // {{
    if (Is(Kind::kSpace)) {
      Advance();
      if (!Is(Kind::kCloseHistogram)) return Unexpected(kValues);
    }
    while (!Is(Kind::kCloseHistogram)) {
      if (!Is(Kind::kKey)) return Unexpected(kValues);
      if (!ReadKey(h, &offset, &negative_offset)) return false;
      if (Is(Kind::kCloseHistogram)) break;
      if (!Is(Kind::kSpace)) {
        return Unexpected(kDescription, "histogram description key, e.g. buckets:[5 10 7]");
      }
      Advance();
    }
    Advance();
    SetSpan(offset, &h->positive);
    SetSpan(negative_offset, &h->negative);
    return true;
  }

  static void SetSpan(int32_t offset, model::HistogramBuckets* side) {
    if (side->counts.empty()) return;
    side->spans = {{offset, static_cast<uint32_t>(side->counts.size())}};
  }

  bool ReadKey(model::Histogram* h, int32_t* offset, int32_t* negative_offset) {
    const std::string key = base::ToLowerAscii(token_.text);
    Advance();
    if (!Is(Kind::kColon)) return Unexpected(kValues);
    Advance();
    if (!keys_.insert(key).second) {
      return Fail(0, base::Concat({"duplicate key \"", key, "\" in histogram"}));
    }
    if (key == "schema") return ReadInteger(&h->schema);
    if (key == "offset") return ReadInteger(offset);
    if (key == "n_offset") return ReadInteger(negative_offset);
    if (key == "buckets") return ReadList(&h->positive.counts);
    if (key == "n_buckets") return ReadList(&h->negative.counts);
    if (key == "custom_values") return ReadList(&h->custom_bounds);
    if (key == "counter_reset_hint") return ReadHint(&h->reset);
    if (key == "sum") return ReadSigned(&h->sum);
    if (key == "count") return ReadSigned(&h->count_float);
    if (key == "z_bucket") return ReadSigned(&h->zero_count_float);
    return ReadSigned(&h->zero_threshold);
  }

  bool ReadInteger(int32_t* value) {
    const bool negative = Is(Kind::kSub);
    if (negative) Advance();
    if (!Is(Kind::kNumber)) return Unexpected(kValues);
    const auto parsed = base::ParseInt(token_.text);
    constexpr int32_t kMost = 1 << 20;
    if (!parsed || *parsed > kMost) {
      return Fail(token_.pos, "invalid repetition in series values: strconv.ParseUint: parsing " +
                                  base::GoQuote(token_.text) + ": invalid syntax");
    }
    *value = static_cast<int32_t>(negative ? -*parsed : *parsed);
    Advance();
    return true;
  }

  bool ReadHint(model::CounterReset* reset) {
    if (!Is(Kind::kHint)) return Unexpected(kValues);
    const std::string word = base::ToLowerAscii(token_.text);
    *reset = word == "reset"       ? model::CounterReset::kReset
             : word == "not_reset" ? model::CounterReset::kNotReset
             : word == "gauge"     ? model::CounterReset::kGauge
                                   : model::CounterReset::kUnknown;
    Advance();
    return true;
  }

  bool ReadList(std::vector<double>* out) {
    if (!Is(Kind::kLeftBracket)) return Unexpected(kValues);
    Advance();
    while (true) {
      double value = 0;
      if (!ReadSigned(&value)) return false;
      out->push_back(value);
      if (Is(Kind::kSpace)) Advance();
      if (Is(Kind::kRightBracket)) break;
      if (!Is(Kind::kNumber) && !Is(Kind::kSub)) return Unexpected(kValues);
    }
    Advance();
    return true;
  }

  bool Is(Kind kind) const { return token_.kind == kind; }
  void Advance() { token_ = lexer_.Next(); }

  bool Fail(int pos, std::string_view message) {
    if (status_.ok()) status_ = ParseError(text_, pos, message);
    return false;
  }

  bool Unexpected(std::string_view context, std::string_view expected = {}) {
    if (Is(Kind::kError)) return Fail(token_.pos, token_.error);
    std::string message = "unexpected " + Describe(token_);
    if (!context.empty()) message += base::Concat({" in ", context});
    if (!expected.empty()) message += base::Concat({", expected ", expected});
    return Fail(token_.pos, message);
  }

  const std::string_view text_;
  SeriesLexer lexer_;
  SeriesToken token_;
  std::vector<Item>* items_ = nullptr;
  int times_pos_ = 0;           // of the newest count of repetitions
  std::set<std::string> keys_;  // of the histogram that is read
  base::Status status_;
};

}  // namespace

base::StatusOr<SeriesDescription> ParseSeriesDescription(std::string_view text) {
  SeriesDescription out;
  size_t end = 0;
  VEDETTE_ASSIGN_OR_RETURN(out.labels, ReadMetric(text, /*whole=*/false, &end));
  VEDETTE_RETURN_IF_ERROR(ValuesReader(text, end).Read(&out.items));
  return out;
}

base::StatusOr<model::Labels> ParseMetric(std::string_view text) {
  size_t end = 0;
  return ReadMetric(text, /*whole=*/true, &end);
}

}  // namespace vedette::promql
