#include "collector/promql/parse_metric.h"

#include "base/strings.h"
#include "collector/promql/lexer.h"
#include "collector/promql/parser_impl.h"
#include "collector/promql/position.h"

namespace vedette::promql {
namespace {

class MetricReader {
 public:
  explicit MetricReader(std::string_view text) : text_(text), lexer_(text, /*newer=*/true) {}

  base::StatusOr<model::Labels> Read(bool whole, size_t* end) {
    token_ = lexer_.Next();
    *end = static_cast<size_t>(token_.pos);
    if (CanNameMetric(token_.kind)) {
      labels_.Set(model::kMetricName, token_.text);
      *end = static_cast<size_t>(token_.range().end);
      if (*end == text_.size()) return labels_.Build();
      // A description's values begin behind the name, whatever they are.
      if (text_[*end] != '{' && !whole) return labels_.Build();
      token_ = lexer_.Next();
    }
    if (token_.kind == TokenKind::kLeftBrace) {
      VEDETTE_RETURN_IF_ERROR(ReadSet());
      *end = static_cast<size_t>(token_.range().end);
      if (whole) token_ = lexer_.Next();
    }
    if (whole && token_.kind != TokenKind::kEnd) return Unexpected({}, {});
    return labels_.Build();
  }

 private:
  base::Status ReadSet() {
    token_ = lexer_.Next();
    while (token_.kind != TokenKind::kRightBrace) {
      VEDETTE_RETURN_IF_ERROR(ReadLabel());
      if (token_.kind == TokenKind::kRightBrace) break;
      if (token_.kind != TokenKind::kComma) return Unexpected(kSet, "\",\" or \"}\"");
      token_ = lexer_.Next();
    }
    return base::Status();
  }

  base::Status ReadLabel() {
    const bool quoted = token_.kind == TokenKind::kString;
    if (!quoted && token_.kind != TokenKind::kIdentifier) {
      return Unexpected(kSet, "identifier or \"}\"");
    }
    const std::string name = quoted ? Unquote(token_.text) : std::string(token_.text);
    token_ = lexer_.Next();
    if (token_.kind != TokenKind::kAssign) {
      if (!quoted) return Unexpected(kSet, "\"=\"");
      labels_.Set(model::kMetricName, name);
      return base::Status();
    }
    token_ = lexer_.Next();
    if (token_.kind != TokenKind::kString) return Unexpected(kSet, "string");
    labels_.Set(name, Unquote(token_.text));
    token_ = lexer_.Next();
    return base::Status();
  }

  base::Status Unexpected(std::string_view context, std::string_view expected) const {
    if (token_.kind == TokenKind::kError) return ParseError(text_, token_.pos, token_.error);
    std::string message = "unexpected " + Describe(token_, /*newer=*/true);
    if (!context.empty()) message += base::Concat({" in ", context, ", expected ", expected});
    return ParseError(text_, token_.pos, message);
  }

  static constexpr std::string_view kSet = "label set";
  const std::string_view text_;
  Lexer lexer_;
  Token token_;
  model::LabelsBuilder labels_;
};

}  // namespace

base::StatusOr<model::Labels> ReadMetric(std::string_view text, bool whole, size_t* end) {
  return MetricReader(text).Read(whole, end);
}

}  // namespace vedette::promql
