#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_STAGE_AST_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_STAGE_AST_H_

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/matcher.h"

// The stages of a pipeline as they are written.

namespace vedette::logql {

enum class LineFilterOp { kContains, kNotContains, kRegex, kNotRegex, kPattern, kNotPattern };

// |= "a" or ip("10.0.0.0/8")
struct LineFilterStage {
  struct Operand {
    std::string text;
    bool ip = false;
  };
  LineFilterOp op = LineFilterOp::kContains;
  std::vector<Operand> operands;  // at least one
};

// name="path"; without a path the name is it.
struct Extraction {
  std::string name;
  std::string path;
};

// | json   | json a="x.y[0]", b
struct JsonStage {
  std::vector<Extraction> extractions;  // empty: everything
};

// | logfmt --strict a="b"
struct LogfmtStage {
  bool strict = false;
  bool keep_empty = false;
  std::vector<Extraction> extractions;  // empty: everything
};

// | regexp "(?P<a>...)"
struct RegexpStage {
  std::string pattern;
};

// | pattern "<a> <_>"
struct PatternStage {
  std::string pattern;
};

struct UnpackStage {};
struct DecolorizeStage {};

enum class CompareOp { kEqual, kNotEqual, kGreater, kGreaterEqual, kLess, kLessEqual };

struct LabelFilter;
using LabelFilterPtr = std::unique_ptr<const LabelFilter>;

struct LabelFilter {
  struct String {
    model::Matcher matcher;
  };
  enum class Unit { kNumber, kDuration, kBytes };
  struct Compare {
    std::string name;
    CompareOp op;
    Unit unit;
    double value;  // durations in nanoseconds
  };
  struct Ip {
    std::string name;
    bool negative;
    std::string pattern;
  };
  struct Combine {
    bool is_and;
    LabelFilterPtr left;
    LabelFilterPtr right;
  };
  std::variant<String, Compare, Ip, Combine> node;
};

struct LabelFilterStage {
  LabelFilterPtr filter;
};

// | line_format "{{.a}}"
struct LineFormatStage {
  std::string text;
};

// | label_format a=b, c="{{.d}}"
struct LabelFormatStage {
  struct Item {
    std::string name;
    bool rename = false;  // `value` is another label's name, else a template
    std::string value;
  };
  std::vector<Item> items;
};

// | drop a, b="x"   | keep a
struct DropKeepStage {
  bool keep = false;
  struct Item {
    std::string name;
    std::optional<model::Matcher> matcher;
  };
  std::vector<Item> items;
};

using Stage = std::variant<LineFilterStage, JsonStage, LogfmtStage, RegexpStage, PatternStage,
                           UnpackStage, DecolorizeStage, LabelFilterStage, LineFormatStage,
                           LabelFormatStage, DropKeepStage>;

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_STAGE_AST_H_
