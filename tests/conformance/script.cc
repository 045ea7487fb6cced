#include "tests/conformance/script.h"

#include "base/strings.h"
#include "collector/promql/lexer.h"
#include "re2/re2.h"

namespace vedette::test {
namespace {

// Cuts a word off the front of a line.
std::string_view TakeWord(std::string_view* line) {
  *line = base::Trim(*line);
  const size_t end = std::min(line->find_first_of(" \t"), line->size());
  const std::string_view word = line->substr(0, end);
  *line = base::Trim(line->substr(end));
  return word;
}

bool TakeDuration(std::string_view* line, int64_t* ms) {
  std::string_view word = TakeWord(line);
  const bool negative = !word.empty() && word[0] == '-';
  if (negative) word.remove_prefix(1);
  const auto seconds = ParseScalarText(word);
  if (!seconds) return false;
  *ms = static_cast<int64_t>(*seconds * 1000 + 0.5) * (negative ? -1 : 1);
  return true;
}

bool TakeTimes(std::string_view* line, int64_t* start, int64_t* end, int64_t* step) {
  return TakeWord(line) == "from" && TakeDuration(line, start) && TakeWord(line) == "to" &&
         TakeDuration(line, end) && TakeWord(line) == "step" && TakeDuration(line, step);
}

TextExpectation TakeExpectation(std::string_view rest) {
  if (rest.starts_with("msg:")) {
    return {TextExpectation::Kind::kExact, std::string(base::Trim(rest.substr(4)))};
  }
  if (rest.starts_with("regex:")) {
    return {TextExpectation::Kind::kRegex, std::string(base::Trim(rest.substr(6)))};
  }
  return {};
}

// Parses a script line by line; a command's body runs to the next empty line.
class ScriptParser {
 public:
  explicit ScriptParser(std::string_view text) : lines_(base::Split(text, '\n')) {}

  base::StatusOr<std::vector<Command>> Parse() {
    std::vector<Command> out;
    for (; at_ < lines_.size(); ++at_) {
      const std::string_view line = Line();
      if (line.empty()) continue;
      Command command;
      command.line = static_cast<int>(at_) + 1;
      const std::string first = base::ToLowerAscii(line.substr(0, line.find_first_of(" \t")));
      base::Status status;
      if (first == "clear") {
        command.kind = Command::Kind::kClear;
      } else if (first.starts_with("load")) {
        status = ParseLoad(line, &command);
      } else if (first.starts_with("eval")) {
        status = ParseEval(line, &command);
      } else {
        status = base::InvalidArgument("unknown command " + std::string(line));
      }
      if (!status.ok()) {
        return base::Annotate(status, "line " + std::to_string(command.line));
      }
      out.push_back(std::move(command));
    }
    return out;
  }

 private:
  // The current line, trimmed; a comment is an empty one.
  std::string_view Line() const {
    const std::string_view line = at_ < lines_.size() ? base::Trim(lines_[at_]) : "";
    return line.starts_with("#") ? std::string_view() : line;
  }

  base::Status ParseLoad(std::string_view line, Command* command) {
    command->kind = Command::Kind::kLoad;
    command->load.with_nhcb = TakeWord(&line) == "load_with_nhcb";
    if (!TakeDuration(&line, &command->load.step_ms)) {
      return base::InvalidArgument("load needs a duration");
    }
    for (++at_; !Line().empty(); ++at_) {
      SeriesText starts;
      if (IsStartsText(Line())) {
        VEDETTE_ASSIGN_OR_RETURN(starts, ParseStartsText(Line()));
        ++at_;
      }
      VEDETTE_ASSIGN_OR_RETURN(SeriesText series, ParseSeriesText(Line()));
      if (!starts.starts.empty() && starts.starts.size() != series.items.size()) {
        return base::InvalidArgument("not one start a sample");
      }
      series.starts = std::move(starts.starts);
      AddSeries(std::move(series), &command->load.series);
    }
    return base::Status();
  }

  // Of equal series in one load the last counts.
  static void AddSeries(SeriesText series, std::vector<SeriesText>* all) {
    std::erase_if(*all, [&](const SeriesText& s) { return s.labels == series.labels; });
    all->push_back(std::move(series));
  }

  base::Status ParseEval(std::string_view line, Command* command) {
    command->kind = Command::Kind::kEval;
    EvalCommand& eval = command->eval;
    const std::string_view verb = TakeWord(&line);
    if (verb == "eval_fail") eval.fail = true;
    if (verb == "eval_warn") eval.warnings.emplace_back();
    if (verb == "eval_info") eval.infos.emplace_back();
    if (verb == "eval_ordered") eval.ordered = true;
    eval.range = TakeWord(&line) == "range";
    std::string_view rest = line;
    if (eval.range) {
      if (!TakeTimes(&line, &eval.start_ms, &eval.end_ms, &eval.step_ms)) {
        return base::InvalidArgument("eval range needs: from A to B step S");
      }
    } else if (TakeWord(&rest) == "at") {
      if (!TakeDuration(&rest, &eval.start_ms)) return base::InvalidArgument("bad time");
      line = rest;
    }
    eval.query = std::string(line);
    for (++at_; !Line().empty(); ++at_) VEDETTE_RETURN_IF_ERROR(ParseBody(Line(), &eval));
    return base::Status();
  }

  base::Status ParseBody(std::string_view line, EvalCommand* eval) {
    if (line.starts_with("expect ") || line.starts_with("expect\t")) {
      return ParseExpect(line.substr(7), eval);
    }
    if (line.starts_with("expected_fail_message ")) {
      eval->fail_text = {TextExpectation::Kind::kExact, std::string(base::Trim(line.substr(22)))};
      return base::Status();
    }
    if (line.starts_with("expected_fail_regexp ")) {
      eval->fail_text = {TextExpectation::Kind::kRegex, std::string(base::Trim(line.substr(21)))};
      return base::Status();
    }
    if (const auto scalar = ParseScalarText(line)) {
      eval->scalar = scalar;
      return base::Status();
    }
    VEDETTE_ASSIGN_OR_RETURN(SeriesText series, ParseSeriesText(line));
    eval->series.push_back(std::move(series));
    return base::Status();
  }

  base::Status ParseExpect(std::string_view rest, EvalCommand* eval) {
    const std::string_view what = TakeWord(&rest);
    if (what == "fail") {
      eval->fail = true;
      eval->fail_text = TakeExpectation(rest);
    } else if (what == "warn") {
      eval->warnings.push_back(TakeExpectation(rest));
    } else if (what == "info") {
      eval->infos.push_back(TakeExpectation(rest));
    } else if (what == "no_warn") {
      eval->no_warnings = true;
    } else if (what == "no_info") {
      eval->no_infos = true;
    } else if (what == "ordered") {
      eval->ordered = true;
    } else if (what == "string") {
      eval->string = promql::Unquote(rest);
    } else if (what == "range" && TakeWord(&rest) == "vector") {
      eval->range_vector = true;
      int64_t end = 0;
      if (!TakeTimes(&rest, &eval->vector_start_ms, &end, &eval->vector_step_ms)) {
        return base::InvalidArgument("expect range vector needs: from A to B step S");
      }
    } else {
      return base::InvalidArgument("unknown expectation " + std::string(what));
    }
    return base::Status();
  }

  const std::vector<std::string_view> lines_;
  size_t at_ = 0;
};

}  // namespace

bool TextExpectation::Matches(std::string_view found) const {
  switch (kind) {
    case Kind::kAny:
      return true;
    case Kind::kExact:
      return found == text;
    case Kind::kRegex:
      return RE2::PartialMatch(found, RE2(text));
  }
  return false;
}

base::StatusOr<std::vector<Command>> ParseScript(std::string_view text) {
  return ScriptParser(text).Parse();
}

}  // namespace vedette::test
