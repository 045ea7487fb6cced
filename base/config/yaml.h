#ifndef VEDETTE_BASE_CONFIG_YAML_H_
#define VEDETTE_BASE_CONFIG_YAML_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

// YAML read strictly: duplicate keys, several documents, invalid UTF-8, alias bombs and unknown
// keys are errors with line and column, and all problems of a file are listed at once.

namespace vedette::base::config {

// A value with its place in the file. Immutable. Lives as long as its Document.
struct Node {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  // Out of line: clang 14 cannot instantiate them where Node holds pairs of itself.
  Node();
  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  Node& operator=(Node&&) noexcept;
  ~Node();
  Kind kind = Kind::kNull;
  std::string scalar;                                 // kScalar: the text
  bool quoted = false;                                // kScalar: was written in quotes
  std::vector<Node> items;                            // kSequence
  std::vector<std::pair<std::string, Node>> entries;  // kMap, in the order written
  int line = 0;                                       // 1-based
  int column = 0;                                     // 1-based
  const Node* Find(std::string_view key) const;
};

// Parses one document. `file` is only for messages.
StatusOr<Node> ParseYaml(std::string_view text, const std::string& file);

// Collects problems. One a file.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}
  // "FILE:LINE:COL: FIELD: MESSAGE"
  void Add(const Node& at, std::string_view field, std::string_view message);
  // "FILE:LINE:COL: FIELD", for what is found wrong later than the file is read.
  std::string Place(const Node& at, std::string_view field) const;
  bool empty() const { return messages_.empty(); }
  const std::string& file() const { return file_; }
  // InvalidArgument with all of them, one a line; OK when there are none.
  Status ToStatus() const;

 private:
  std::string file_;
  std::vector<std::string> messages_;
};

// Reads the known keys of one map and reports what is wrong or unknown. Usage:
//   MapReader map(node, "route", &problems);
//   map.String("receiver", &route.receiver);
//   map.Duration("group_wait", &route.group_wait_ms);
//   map.Child("routes", [&](const Node& n, const std::string& field) {...});
//   map.Finish();   // unknown keys are reported here, with the allowed ones
// Every getter leaves its target alone when the key is absent and returns whether it was present.
class MapReader {
 public:
  MapReader(const Node& node, std::string field, Problems* problems);

  bool String(std::string_view key, std::string* out);
  bool Bool(std::string_view key, bool* out);
  bool Int(std::string_view key, int64_t min, int64_t max, int64_t* out);
  bool Double(std::string_view key, double* out);
  // Prometheus' durations ("1h30m", "0"), in milliseconds.
  bool Duration(std::string_view key, int64_t* out_ms);
  // "512MB", "1GiB" or a plain number, as Prometheus' units.Base2Bytes.
  bool Bytes(std::string_view key, uint64_t* out);
  bool StringList(std::string_view key, std::vector<std::string>* out);
  bool StringMap(std::string_view key, std::vector<std::pair<std::string, std::string>>* out);
  bool Child(std::string_view key,
             const std::function<void(const Node& node, const std::string& field)>& read);
  // Once an item of a sequence, field "routes[0]".
  bool Each(std::string_view key,
            const std::function<void(const Node& node, const std::string& field)>& read);
  bool Has(std::string_view key) const;
  void Ignore(std::string_view key);  // known, accepted, unused
  // Known upstream, not supported here: a problem that says so by name.
  void Refuse(std::string_view key, std::string_view why);
  void Require(std::string_view key);
  void Finish();

  const Node& node() const { return node_; }
  const std::string& field() const { return field_; }
  Problems* problems() const { return problems_; }

 private:
  const Node* Take(std::string_view key, Node::Kind kind, std::string_view expected);

  const Node& node_;
  const std::string field_;
  Problems* const problems_;
  std::vector<std::string> known_;
};

}  // namespace vedette::base::config

#endif  // VEDETTE_BASE_CONFIG_YAML_H_
