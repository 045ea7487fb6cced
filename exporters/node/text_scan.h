#ifndef VEDETTE_EXPORTERS_NODE_TEXT_SCAN_H_
#define VEDETTE_EXPORTERS_NODE_TEXT_SCAN_H_

#include <string_view>
#include <vector>

namespace vedette::exporters::node {

// Lines of a text, without their ends. Borrows the text.
class LineScanner {
 public:
  explicit LineScanner(std::string_view text) : rest_(text) {}
  bool Next(std::string_view* line);

 private:
  std::string_view rest_;
};

// Fields of a line, parted by blanks and tabs. Borrows the line.
class FieldScanner {
 public:
  explicit FieldScanner(std::string_view line) : rest_(line) {}
  bool Next(std::string_view* field);

 private:
  std::string_view rest_;
};

// All fields of a line into `fields`, whose memory is used again.
void SplitFields(std::string_view line, std::vector<std::string_view>* fields);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_TEXT_SCAN_H_
