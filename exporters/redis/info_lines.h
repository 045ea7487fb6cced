#ifndef VEDETTE_EXPORTERS_REDIS_INFO_LINES_H_
#define VEDETTE_EXPORTERS_REDIS_INFO_LINES_H_

#include <optional>
#include <string_view>

namespace vedette::exporters::redis {

// Walks the lines of an INFO text without copying: "# Section" and "field:value". Borrows the text.
class InfoLines {
 public:
  explicit InfoLines(std::string_view text) : rest_(text) {}

  // Moves on to the next field; false at the end. Lines that are neither are skipped.
  bool Next();

  std::string_view section() const { return section_; }
  std::string_view field() const { return field_; }
  std::string_view value() const { return value_; }

 private:
  std::string_view rest_;
  std::string_view section_;
  std::string_view field_;
  std::string_view value_;
};

// Walks "a=1,b=2". Borrows the text.
class InfoPairs {
 public:
  explicit InfoPairs(std::string_view text) : rest_(text) {}

  // Moves on to the next pair; false at the end. What has no "=" is skipped.
  bool Next();

  std::string_view name() const { return name_; }
  std::string_view value() const { return value_; }
  std::optional<double> Number() const;

 private:
  std::string_view rest_;
  std::string_view name_;
  std::string_view value_;
};

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_INFO_LINES_H_
