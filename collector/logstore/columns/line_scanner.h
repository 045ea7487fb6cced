#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_LINE_SCANNER_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_LINE_SCANNER_H_

#include <string>
#include <string_view>
#include <vector>

namespace vedette::logstore {

// Stands for a slot in a template.
inline constexpr char kSlotMark = '\0';

// What stands around the slots of a template: one more than there are slots. Borrows it.
std::vector<std::string_view> TextsOfShape(std::string_view shape);

// What a line is made of: a template, which is its text with every slot replaced by kSlotMark, and
// the slots' values in order. Values are what varies between lines of one origin: JSON values
// (their keys are text), values of key=value, quoted text, numbers, hex, UUIDs, addresses, times.
// Put together again they are the line, whatever it was. Reused from line to line; one thread.
class LineScanner {
 public:
  // `line` must outlive the values. A line that has kSlotMark itself is one slot.
  void Scan(std::string_view line);
  const std::string& shape() const { return shape_; }
  const std::vector<std::string_view>& values() const { return values_; }

 private:
  size_t Quoted(size_t i);
  size_t Word(size_t i);
  size_t AfterKey(size_t i);
  size_t Number(size_t i, size_t end);
  void MixedWord(size_t begin, size_t end);
  void Slot(size_t begin, size_t end);

  std::string_view line_;
  size_t text_begin_ = 0;  // what of the line is not yet in shape_
  bool quotes_left_ = true;
  std::string shape_;
  std::vector<std::string_view> values_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_LINE_SCANNER_H_
