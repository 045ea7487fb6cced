#ifndef VEDETTE_EXPORTERS_NODE_TEXT_SCAN_H_
#define VEDETTE_EXPORTERS_NODE_TEXT_SCAN_H_

#include <cstdint>
#include <optional>
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
  // False at the end and at a field that is no decimal number.
  bool NextUint(uint64_t* number);

 private:
  std::string_view rest_;
};

// All fields of a line into `fields`, whose memory is used again.
void SplitFields(std::string_view line, std::vector<std::string_view>* fields);

// A whole hexadecimal number of up to 64 bits, with or without 0x.
std::optional<uint64_t> ParseHex(std::string_view text);

// All fields as hexadecimal numbers into `numbers`; false if one is none.
bool ParseHexFields(std::string_view line, std::vector<uint64_t>* numbers);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_TEXT_SCAN_H_
