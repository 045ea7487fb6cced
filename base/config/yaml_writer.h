#ifndef VEDETTE_BASE_CONFIG_YAML_WRITER_H_
#define VEDETTE_BASE_CONFIG_YAML_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::base::config {

// Text as YAML reads it back: plain where it can be, else in quotes. Within [a, b] where `flow`.
std::string YamlScalar(std::string_view text, bool flow = false);

// Writes block-style YAML, laid out as Go's gopkg.in/yaml.v2 does. Maps are entered by Map or Item
// and left by End; an item of a list begins with "- " on the line of its first key, and stands as
// deep as the list's key. Not thread-safe.
class YamlWriter {
 public:
  // `key:` and what comes until End is below it.
  YamlWriter& Map(std::string_view key) {
    Line(key, "");
    ++depth_;
    return *this;
  }
  // `key:` of a list whose items follow.
  void Items(std::string_view key) { Line(key, ""); }
  // An item that is a map, until End. Has at least one key.
  void Item() {
    dash_ = true;
    ++depth_;
  }
  void End() { --depth_; }

  // A value that is known to need no quotes.
  void Raw(std::string_view key, std::string_view value) { Line(key, value); }
  void Text(std::string_view key, std::string_view value) { Line(key, YamlScalar(value)); }
  void TextIfAny(std::string_view key, std::string_view value) {
    if (!value.empty()) Text(key, value);
  }
  void Bool(std::string_view key, bool value) { Line(key, value ? "true" : "false"); }
  void Number(std::string_view key, uint64_t value) { Line(key, std::to_string(value)); }
  void NumberIfAny(std::string_view key, uint64_t value) {
    if (value != 0) Number(key, value);
  }
  void Double(std::string_view key, double value);
  // "1h30m"
  void Duration(std::string_view key, int64_t ms);
  // "10MiB", "1KiB512B"; nothing for 0.
  void BytesIfAny(std::string_view key, uint64_t bytes);
  void List(std::string_view key, const std::vector<std::string>& items);
  // [a, b] on the key's line.
  void FlowListIfAny(std::string_view key, const std::vector<std::string>& items);
  // Sorted; nothing where there are none.
  void Pairs(std::string_view key, std::vector<std::pair<std::string, std::string>> pairs);
  // Each name with a list of texts, sorted; nothing where there are none.
  void Lists(std::string_view key,
             std::vector<std::pair<std::string, std::vector<std::string>>> lists);

  std::string Take() { return std::move(out_); }

 private:
  void Line(std::string_view key, std::string_view value);

  std::string out_;
  size_t depth_ = 0;
  bool dash_ = false;
};

}  // namespace vedette::base::config

#endif  // VEDETTE_BASE_CONFIG_YAML_WRITER_H_
