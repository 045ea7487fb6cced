#include "base/config/yaml.h"

#include <yaml-cpp/binary.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/strings.h"

// The strict walk over yaml-cpp's events. The library accepts duplicate keys, an unterminated
// quote, invalid UTF-8, a second document and alias cycles; this file refuses them.

namespace vedette::base::config {
namespace {

constexpr size_t kMaxDepth = 100;
// Nodes of a document with its aliases written out: an alias bomb reaches it at once.
constexpr size_t kMaxNodes = 200'000;
constexpr std::string_view kStandardTag = "tag:yaml.org,2002:";

// Carries a problem out of yaml-cpp's parser; never leaves ParseYaml.
struct ParseFailure {
  int line;
  int column;
  std::string message;
};

[[noreturn]] void Fail(int line, int column, std::string message) {
  throw ParseFailure{line, column, std::move(message)};
}

[[noreturn]] void Fail(const YAML::Mark& mark, std::string message) {
  Fail(mark.line + 1, mark.column + 1, std::move(message));
}

bool IsNullText(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

// Whether the quoted scalar that starts at or after `at` (behind its anchor and tag) is closed.
bool QuoteIsClosed(std::string_view text, size_t at) {
  const auto skip_until = [&](std::string_view stop) {
    at = std::min(text.size(), text.find_first_of(stop, at));
  };
  const auto skip_while = [&](std::string_view set) {
    at = std::min(text.size(), text.find_first_not_of(set, at));
  };
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    skip_until(" \t\r\n");
    skip_while(" \t\r\n");
  }
  if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return true;
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      if (quote == '"' || text.substr(at + 1, 1) != "'") return true;
      ++at;
    }
  }
  return false;
}

size_t CountNodes(const Node& node) {
  size_t count = 0;
  std::vector<const Node*> left = {&node};
  while (!left.empty()) {
    const Node* at = left.back();
    left.pop_back();
    ++count;
    for (const Node& item : at->items) left.push_back(&item);
    for (const auto& [key, value] : at->entries) left.push_back(&value);
  }
  return count;
}

// Builds the Node tree from the events of one document.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  Node TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (started_) Fail(mark, "a second document; only one is allowed");
    started_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Place(Make(Node::Kind::kNull, mark), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const std::string_view type = CheckTag(mark, tag);
    Node node = Make(Node::Kind::kScalar, mark);
    node.scalar = value;
    node.quoted = tag == "!" || type == "str" || type == "binary";
    if (type == "binary") node.scalar = DecodeBinary(mark, value);
    if (tag == "!" && !QuoteIsClosed(text_, static_cast<size_t>(std::max(0, mark.pos)))) {
      Fail(mark, "the quoted text that starts here never ends");
    }
    if (!node.quoted && IsNullText(value)) {
      node.kind = Node::Kind::kNull;
      node.scalar.clear();
    }
    Place(std::move(node), anchor, value);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto it = anchors_.find(anchor);
    if (it == anchors_.end()) Fail(mark, "an alias inside of what it stands for");
    Spend(mark, it->second.nodes);
    Node node = it->second.node;
    Place(std::move(node), 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    CheckTag(mark, tag);
    Open(Make(Node::Kind::kSequence, mark), anchor);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    CheckTag(mark, tag);
    Open(Make(Node::Kind::kMap, mark), anchor);
  }
  void OnMapEnd() override {
    MergeKeys(&stack_.back());
    Close();
  }

 private:
  struct Level {
    Node node;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    std::string key;
    absl::flat_hash_set<std::string> keys;
    std::vector<Node> merges;  // values of `<<`, in the order written
  };
  struct Anchor {
    Node node;
    size_t nodes;
  };

  // Text that is written as base64; like all text it has to be UTF-8.
  static std::string DecodeBinary(const YAML::Mark& mark, const std::string& value) {
    const std::vector<unsigned char> bytes = YAML::DecodeBase64(value);
    if (bytes.empty() && !value.empty()) Fail(mark, "!!binary value contains invalid base64 data");
    std::string text(bytes.begin(), bytes.end());
    if (!IsValidUtf8(text)) Fail(mark, Concat({GoQuote(text), " is not valid UTF-8"}));
    return text;
  }

  Node Make(Node::Kind kind, const YAML::Mark& mark) {
    Spend(mark, 1);
    Node node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void Spend(const YAML::Mark& mark, size_t nodes) {
    if (nodes > kMaxNodes - spent_) Fail(mark, "too large with its aliases written out");
    spent_ += nodes;
  }

  static std::string_view CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return {};
    if (StartsWith(tag, kStandardTag)) return std::string_view(tag).substr(kStandardTag.size());
    Fail(mark, Concat({"unknown tag ", tag}));
  }

  void Open(Node node, YAML::anchor_t anchor) {
    if (stack_.size() >= kMaxDepth) Fail(node.line, node.column, "nested too deeply");
    if (!stack_.empty() && stack_.back().node.kind == Node::Kind::kMap && !stack_.back().has_key) {
      Fail(node.line, node.column, "a key must be plain text");
    }
    Level level;
    level.node = std::move(node);
    level.anchor = anchor;
    stack_.push_back(std::move(level));
  }

  void Close() {
    Level level = std::move(stack_.back());
    stack_.pop_back();
    Place(std::move(level.node), level.anchor);
  }

  // `key_text`: the text of a scalar, also of one that reads as null ("~: x" has the key "~").
  void Place(Node node, YAML::anchor_t anchor, std::string_view key_text = {}) {
    if (anchor != 0) anchors_[anchor] = Anchor{node, CountNodes(node)};
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = stack_.back();
    if (level.node.kind == Node::Kind::kSequence) {
      level.node.items.push_back(std::move(node));
    } else if (level.has_key) {
      PlaceValue(&level, std::move(node));
    } else {
      PlaceKey(&level, node, key_text);
    }
  }

  static void PlaceKey(Level* level, const Node& node, std::string_view text) {
    if (node.kind == Node::Kind::kMap || node.kind == Node::Kind::kSequence) {
      Fail(node.line, node.column, "a key must be plain text");
    }
    level->key = node.kind == Node::Kind::kScalar ? node.scalar : std::string(text);
    level->has_key = true;
    const bool merge = level->key == "<<" && !node.quoted;
    if (!merge && !level->keys.insert(level->key).second) {
      Fail(node.line, node.column, Concat({"key ", GoQuote(level->key), " is there twice"}));
    }
  }

  static void PlaceValue(Level* level, Node node) {
    level->has_key = false;
    if (level->key != "<<" || level->keys.contains("<<")) {
      level->node.entries.emplace_back(level->key, std::move(node));
    } else if (node.kind == Node::Kind::kMap) {
      level->merges.push_back(std::move(node));
    } else if (node.kind == Node::Kind::kSequence) {
      for (Node& item : node.items) {
        if (item.kind != Node::Kind::kMap) Fail(item.line, item.column, "<< takes maps only");
        level->merges.push_back(std::move(item));
      }
    } else {
      Fail(node.line, node.column, "<< takes a map or a list of maps");
    }
  }

  static void MergeKeys(Level* level) {
    for (Node& merge : level->merges) {
      for (auto& entry : merge.entries) {
        if (level->keys.insert(entry.first).second) level->node.entries.push_back(std::move(entry));
      }
    }
  }

  static Node AtStart() {
    Node node;
    node.line = 1;
    node.column = 1;
    return node;
  }

  const std::string_view text_;
  bool started_ = false;
  size_t spent_ = 0;
  Node root_ = AtStart();
  std::vector<Level> stack_;
  absl::flat_hash_map<YAML::anchor_t, Anchor> anchors_;
};

// yaml-cpp must see the bytes that we look at: UTF-8 without a byte order mark.
void CheckText(std::string_view text) {
  if (IsValidUtf8(text) && text.find('\0') == std::string_view::npos) return;
  int line = 1;
  size_t line_start = 0;
  for (size_t end; (end = text.find('\n', line_start)) != std::string_view::npos; ++line) {
    const std::string_view part = text.substr(line_start, end - line_start);
    if (!IsValidUtf8(part) || part.find('\0') != std::string_view::npos) break;
    line_start = end + 1;
  }
  Fail(line, 1, "this line is not UTF-8 text");
}

Node Parse(std::string_view text) {
  if (StartsWith(text, "\xEF\xBB\xBF")) text.remove_prefix(3);
  CheckText(text);
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  Builder builder(text);
  while (parser.HandleNextDocument(builder)) {
  }
  return builder.TakeRoot();
}

std::string At(std::string_view file, int line, int column) {
  return Concat({file, ":", std::to_string(line), ":", std::to_string(column), ": "});
}

}  // namespace

const Node* Node::Find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name == key) return &value;
  }
  return nullptr;
}

StatusOr<Node> ParseYaml(std::string_view text, const std::string& file) {
  try {
    return Parse(text);
  } catch (const ParseFailure& failure) {
    return InvalidArgument(Concat({At(file, failure.line, failure.column), failure.message}));
  } catch (const YAML::Exception& error) {
    return InvalidArgument(
        Concat({At(file, error.mark.line + 1, error.mark.column + 1), error.msg}));
  }
}

void Problems::Add(const Node& at, std::string_view field, std::string_view message) {
  messages_.push_back(
      Concat({At(file_, at.line, at.column), field, field.empty() ? "" : ": ", message}));
}

std::string Problems::Place(const Node& at, std::string_view field) const {
  return Concat({At(file_, at.line, at.column), field});
}

Status Problems::ToStatus() const {
  return messages_.empty() ? Status() : InvalidArgument(Join(messages_, "\n"));
}

Node::Node() = default;
Node::Node(const Node&) = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(const Node&) = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

}  // namespace vedette::base::config
