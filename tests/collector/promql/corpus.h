#ifndef VEDETTE_TESTS_COLLECTOR_PROMQL_CORPUS_H_
#define VEDETTE_TESTS_COLLECTOR_PROMQL_CORPUS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"

// What the tests of recorded cases share.

namespace vedette::promql {

inline std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
  }
  return out;
}

// The rows of parser-cases.tsv of one kind; fields: verdict and messages of 3.14, verdict and
// message of 3.5.3.
struct ParserCase {
  std::string query;
  bool valid_314 = false;
  std::vector<std::string> parts_314;
  bool valid_35 = false;
  std::string message_35;
};

inline std::string WithoutPrefix(std::string_view message) {
  constexpr std::string_view kPrefix = "invalid parameter \"query\": ";
  if (message.starts_with(kPrefix)) message.remove_prefix(kPrefix.size());
  return std::string(message);
}

inline std::vector<ParserCase> ReadParserCases(const std::string& path, std::string_view kind) {
  std::ifstream file(path);
  std::vector<ParserCase> cases;
  for (std::string line; std::getline(file, line);) {
    const auto fields = base::Split(line, '\t');
    if (line.starts_with("#") || fields.size() < 6 || fields[0] != kind) continue;
    ParserCase c;
    c.query = Unescape(fields[2]);
    c.valid_314 = fields[1] == "valid";
    const std::string parts = Unescape(fields[3]);
    for (size_t at = 0; at < parts.size();) {
      const size_t end = std::min(parts.find(" || ", at), parts.size());
      c.parts_314.push_back(parts.substr(at, end - at));
      at = end + 4;
    }
    c.valid_35 = fields[4] == "valid";
    c.message_35 = WithoutPrefix(Unescape(fields[5]));
    cases.push_back(std::move(c));
  }
  return cases;
}

// Counts cases by whether they added a failure, and says so at its end.
class Tally {
 public:
  explicit Tally(const char* what) : what_(what) {}
  ~Tally() {
    Settle();
    std::printf("%s: %d passed, %d failed\n", what_, passed_, failed_);
  }
  void Next() {
    Settle();
    open_ = true;
    failures_ = Failures();
  }
  int cases() const { return passed_ + failed_ + (open_ ? 1 : 0); }

 private:
  static int Failures() {
    const auto* result = testing::UnitTest::GetInstance()->current_test_info()->result();
    return result->total_part_count();
  }
  void Settle() {
    if (open_) (Failures() == failures_ ? passed_ : failed_) += 1;
    open_ = false;
  }

  const char* const what_;
  int passed_ = 0;
  int failed_ = 0;
  bool open_ = false;
  int failures_ = 0;
};

// Kinds, places and texts of all tokens, or the error that ends them.
struct FlatToken {
  std::string kind;
  int64_t pos = 0;
  std::string text;
  friend bool operator==(const FlatToken&, const FlatToken&) = default;
  friend std::ostream& operator<<(std::ostream& out, const FlatToken& t) {
    return out << t.kind << "@" << t.pos << " " << t.text;
  }
};

}  // namespace vedette::promql

#endif  // VEDETTE_TESTS_COLLECTOR_PROMQL_CORPUS_H_
