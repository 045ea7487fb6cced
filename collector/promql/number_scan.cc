#include "collector/promql/number_scan.h"

#include "collector/promql/characters.h"

namespace vedette::promql {
namespace {

constexpr std::string_view kDecimal = "0123456789";
constexpr std::string_view kHexadecimal = "0123456789abcdefABCDEF";

class Scanner {
 public:
  Scanner(std::string_view input, size_t pos) : input_(input), pos_(pos) {}

  size_t pos() const { return pos_; }
  bool AtEnd() const { return pos_ >= input_.size(); }
  char Peek() const { return AtEnd() ? '\0' : input_[pos_]; }
  bool Is(std::string_view set) const {
    return !AtEnd() && set.find(input_[pos_]) != std::string_view::npos;
  }
  bool Accept(std::string_view set) {
    if (!Is(set)) return false;
    ++pos_;
    return true;
  }
  void AcceptRun(std::string_view set) {
    while (Accept(set)) {
    }
  }

  bool Number(bool series) {
    const size_t start = pos_;
    bool hex = false;
    if (!series && Accept("0") && Accept("xX")) {
      Accept("_");
      hex = true;
    }
    const std::string_view digits = hex ? kHexadecimal : kDecimal;
    Accept(".");
    Accept(digits);
    bool dot = false;
    bool exponent = false;
    while (Is(digits) || Is("._eE")) {
      if ((Is(".") && dot) || (Is("eE") && exponent)) {
        ++pos_;
        return false;
      }
      if (Accept(".")) {
        dot = true;
        if (Accept("_.") || hex) return false;
      } else if (Accept("eE")) {
        exponent = true;
        Accept("+-");
        if (Accept("._eE") || AtEnd()) return false;
      } else if (Accept("_")) {
        if (Accept("._eE") || AtEnd()) return false;
      } else {
        AcceptRun(digits);
      }
    }
    if (pos_ == start) return false;
    return AtEnd() || !IsAlphaNumeric(Peek()) || (series && Peek() == 'x');
  }

  bool Duration() {
    if (!Accept("smhdwy")) return false;
    Accept("s");
    while (Accept(kDecimal)) {
      AcceptRun(kDecimal);
      if (!Accept("smhdw")) return false;
      Accept("s");
    }
    if (AtEnd() || !IsAlphaNumeric(Peek())) return true;
    ++pos_;
    return false;
  }

 private:
  const std::string_view input_;
  size_t pos_;
};

}  // namespace

bool ScanNumber(std::string_view input, bool series, size_t* pos) {
  Scanner scanner(input, *pos);
  const bool found = scanner.Number(series);
  *pos = scanner.pos();
  return found;
}

bool ScanDuration(std::string_view input, size_t* pos) {
  Scanner scanner(input, *pos);
  const bool found = scanner.Duration();
  *pos = scanner.pos();
  return found;
}

}  // namespace vedette::promql
