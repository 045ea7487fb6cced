#ifndef VEDETTE_MODEL_EXPOSITION_WRITER_H_
#define VEDETTE_MODEL_EXPOSITION_WRITER_H_

#include <span>
#include <string>
#include <string_view>

#include "model/exposition/family.h"
#include "model/exposition/format.h"

namespace vedette::model::exposition {

// Appends `family` as `format` has it: HELP, TYPE, then the points in the order given. Floats are
// the shortest digits that read back. Texts that are not UTF-8 are repaired (U+FFFD); names beyond
// [a-zA-Z_:][a-zA-Z0-9_:]* are written quoted. A family without points writes nothing.
void AppendFamily(const Family& family, Format format, std::string* out);

// All of them, and the "# EOF" that ends OpenMetrics.
std::string WriteFamilies(std::span<const Family> families, Format format);

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_WRITER_H_
