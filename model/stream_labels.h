#ifndef VEDETTE_MODEL_STREAM_LABELS_H_
#define VEDETTE_MODEL_STREAM_LABELS_H_

#include <string_view>

#include "base/status.h"
#include "model/labels.h"

namespace vedette::model {

// Reads the label set of a pushed log stream: {a="b", c=`d`}. Strings are Go's. Names are
// [a-zA-Z_][a-zA-Z0-9_]*, each once; values are UTF-8; empty ones are dropped. Labels::ToString
// writes the same form. InvalidArgument with the byte where it went wrong.
base::StatusOr<Labels> ParseStreamLabels(std::string_view text);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_STREAM_LABELS_H_
