#ifndef VEDETTE_MODEL_LABELS_H_
#define VEDETTE_MODEL_LABELS_H_

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace vedette::model {

inline constexpr std::string_view kMetricName = "__name__";

struct LabelView {
  std::string_view name;
  std::string_view value;
  friend bool operator==(const LabelView&, const LabelView&) = default;
};

// A label set: names sorted and unique, no empty values. A value type, one allocation. Its bytes
// are
//   (length, name, length, value)*   length: one byte below 255, else 255 and 3 bytes little-endian
// so equality is a memcmp, and Hash() is the hash that Prometheus' limit_ratio uses (XXH64 of
// them).
class Labels {
 public:
  class Iterator {
   public:
    using value_type = LabelView;
    using difference_type = std::ptrdiff_t;
    explicit Iterator(const char* at, const char* end) : at_(at), end_(end) { Decode(); }
    const LabelView& operator*() const { return label_; }
    const LabelView* operator->() const { return &label_; }
    Iterator& operator++() {
      at_ = next_;
      Decode();
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }
    // The label as it is encoded.
    std::string_view bytes() const { return {at_, static_cast<size_t>(next_ - at_)}; }

   private:
    void Decode();
    const char* at_;
    const char* end_;
    const char* next_ = nullptr;
    LabelView label_;
  };

  Labels() = default;
  Labels(std::initializer_list<LabelView> labels);
  // Sorts; of equal names the last wins; empty values are dropped.
  static Labels FromPairs(std::vector<std::pair<std::string, std::string>> pairs);
  static Labels FromViews(std::vector<std::pair<std::string_view, std::string_view>> pairs);
  // Checks that `bytes` is a valid encoding (sorted, unique, in bounds): for data from disk.
  static base::StatusOr<Labels> FromBytes(std::string_view bytes);

  Iterator begin() const { return Iterator(bytes_.data(), bytes_.data() + bytes_.size()); }
  Iterator end() const {
    return Iterator(bytes_.data() + bytes_.size(), bytes_.data() + bytes_.size());
  }
  bool empty() const { return bytes_.empty(); }
  size_t size() const;  // number of labels; O(n)
  // The value, or empty when absent.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  std::string_view MetricName() const { return Get(kMetricName); }
  const std::string& bytes() const { return bytes_; }

  uint64_t Hash() const;
  // Without / with only the named labels (sorted or not). `keep` as Prometheus' `by`.
  Labels Without(const std::vector<std::string>& names) const;  // also drops __name__
  Labels Keep(const std::vector<std::string>& names) const;
  Labels DropMetricName() const;
  // Becomes the labels of `from`, another one, that `wanted` accepts; its memory is used again.
  template <typename Wanted>
  void AssignIf(const Labels& from, const Wanted& wanted) {
    bytes_.clear();
    for (auto at = from.begin(); at != from.end(); ++at) {
      if (wanted(*at)) bytes_.append(at.bytes());
    }
  }

  // {__name__="m", a="b"}: as Prometheus prints a label set in errors and the API's legacy texts;
  // names beyond [a-zA-Z_][a-zA-Z0-9_]* are quoted, values are quoted as Go's strconv.Quote.
  std::string ToString() const;

  friend bool operator==(const Labels&, const Labels&) = default;
  // Prometheus' order: label by label, name then value; a prefix sorts first.
  friend std::strong_ordering operator<=>(const Labels& a, const Labels& b);

  template <typename H>
  friend H AbslHashValue(H h, const Labels& labels) {
    return H::combine(std::move(h), labels.bytes_);
  }

 private:
  friend class LabelsBuilder;
  std::string bytes_;
};

// Changes a label set. Setting an empty value deletes.
class LabelsBuilder {
 public:
  LabelsBuilder() = default;
  explicit LabelsBuilder(const Labels& base);
  LabelsBuilder& Set(std::string_view name, std::string_view value);
  LabelsBuilder& Delete(std::string_view name);
  std::string_view Get(std::string_view name) const;
  Labels Build() const;
  // In the order set; unsorted.
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// [a-zA-Z_:][a-zA-Z0-9_:]* and [a-zA-Z_][a-zA-Z0-9_]*
bool IsLegacyMetricName(std::string_view name);
bool IsLegacyLabelName(std::string_view name);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_LABELS_H_
