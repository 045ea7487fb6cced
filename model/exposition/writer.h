#ifndef VEDETTE_MODEL_EXPOSITION_WRITER_H_
#define VEDETTE_MODEL_EXPOSITION_WRITER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/exposition/family.h"
#include "model/exposition/format.h"

namespace vedette::model::exposition {

struct LabelView {
  std::string_view name;
  std::string_view value;
};

// Writes one family piece by piece, for those who have its parts but no Family: metadata at once,
// then its points. Names are escaped as the page asks. Borrows the name; one thread.
class FamilyWriter {
 public:
  struct Head {
    std::string_view name;
    std::string_view help;
    FamilyType type = FamilyType::kUnknown;
    std::string_view unit;
  };
  FamilyWriter(const Head& head, const PageFormat& page, std::string* out);
  FamilyWriter(const FamilyWriter&) = delete;
  FamilyWriter& operator=(const FamilyWriter&) = delete;

  void AddPoint(std::string_view suffix, std::span<const LabelView> labels, double value,
                std::optional<int64_t> timestamp_ms = std::nullopt);

 private:
  void TakeSuffixOff();
  void WriteHead();
  void StartLine(std::string_view keyword, bool is_bare);
  void WriteSeries(std::string_view suffix, std::span<const LabelView> labels);

  void WriteLabelName(std::string_view name);

  const NameEscaping escaping_;
  const std::string escaped_;  // the name, where escaping changes it
  Head head_;
  FamilyType type_;  // as the format can tell it
  const Format format_;
  std::string* const out_;
  std::string_view metadata_name_;  // without the suffix that OpenMetrics adds itself
  bool is_bare_ = false;            // the name needs no quotes, nor does it with a usual suffix
};

// Appends `family` as `format` has it: HELP, TYPE, then the points in the order given. Floats are
// the shortest digits that read back. Texts that are not UTF-8 are repaired (U+FFFD); names beyond
// [a-zA-Z_:][a-zA-Z0-9_:]* are escaped as `page` asks, else written quoted. A family without points
// writes nothing.
void AppendFamily(const Family& family, const PageFormat& page, std::string* out);

// What stands after the last family: "# EOF" in OpenMetrics, else nothing.
void EndPage(Format format, std::string* out);

// All families and the end.
std::string WriteFamilies(std::span<const Family> families, const PageFormat& page);

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_WRITER_H_
