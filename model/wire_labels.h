#ifndef VEDETTE_MODEL_WIRE_LABELS_H_
#define VEDETTE_MODEL_WIRE_LABELS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/labels.h"
#include "model/remote_write.h"
#include "model/wire_reader.h"

// Labels between the wire and model::Labels. Internal to model.

namespace vedette::model::wire {

using LabelPairs = std::vector<std::pair<std::string_view, std::string_view>>;

// One message of remote write 1.0: string name = 1, string value = 2.
bool SplitLabelSlowly(std::string_view message, LabelView* label);
inline bool SplitLabel(std::string_view message, LabelView* label) {
  // As everyone writes it: both there, in order, shorter than 128 bytes.
  if (message.size() >= 4 && message[0] == 0x0a) {
    const auto name = static_cast<uint8_t>(message[1]);
    if (name < 0x80 && message.size() >= 4u + name && message[2u + name] == 0x12) {
      const auto value = static_cast<uint8_t>(message[3u + name]);
      if (value < 0x80 && message.size() == 4u + name + value) {
        *label = {{message.data() + 2, name}, {message.data() + 4 + name, value}};
        return true;
      }
    }
  }
  return SplitLabelSlowly(message, label);
}

// Compares labels, given one after the other, with the bytes of a model::Labels.
class LabelMatcher {
 public:
  explicit LabelMatcher(std::string_view label_bytes)
      : at_(label_bytes.data()), end_(at_ + label_bytes.size()) {}
  // False when the next label is another one.
  bool Next(const LabelView& label) {
    if (label.value.empty()) return true;  // is no label
    return at_ != end_ && NextText(label.name) && NextText(label.value);
  }
  bool done() const { return at_ == end_; }

 private:
  // The bytes are a whole encoding: a text as long as they say lies within them.
  bool NextText(std::string_view text) {
    if (text.size() >= 255) return NextLongText(text);
    if (static_cast<uint8_t>(*at_) != text.size()) return false;
    ++at_;
    if (!SameBytes(at_, text.data(), text.size())) return false;
    at_ += text.size();
    return true;
  }
  bool NextLongText(std::string_view text);

  const char* at_;
  const char* end_;
};

// Appends what Labels::bytes() has for labels given in order of their names.
void AppendLabelBytes(const LabelView& label, std::string* out);

// Labels from pairs as they came, or what is wrong with them: see WireBatch::LabelsOf.
base::StatusOr<Labels> CheckedLabels(LabelPairs pairs, const RemoteWriteLimits& limits);
// Likewise of an exemplar, which needs no metric name.
base::StatusOr<Labels> CheckedExemplarLabels(LabelPairs pairs, const RemoteWriteLimits& limits);

}  // namespace vedette::model::wire

#endif  // VEDETTE_MODEL_WIRE_LABELS_H_
